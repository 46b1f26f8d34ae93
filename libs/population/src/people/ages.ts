import { Weighted, type Rng } from '../random/rng.js';

/**
 * Ages in groups of five years: estimates made for this simulator, after what censuses tell of an ageing northern
 * district (three of ten past sixty, few births, a dent at 20-30 whose people are away, echoes of 1962-72 and 1986-90).
 */
const LOCAL = [2.6, 5.2, 6.1, 5.2, 4.3, 4.5, 6.2, 8.0, 7.1, 6.3, 7.6, 9.3, 8.7, 6.7, 6.3, 3.9, 2.2, 1.2, 0.45, 0.09, 0.01];
const FLOATING = [3.2, 5.2, 5.4, 6.5, 11.5, 13.5, 13.2, 12.0, 8.4, 6.4, 5.0, 3.6, 2.4, 1.6, 1.0, 0.5, 0.2, 0.1, 0, 0, 0];
const groups = [...LOCAL.keys()];
const local = new Weighted(groups, LOCAL);
const floating = new Weighted(groups, FLOATING);

/** Men for each woman, by group: more boys are born, more women grow old. */
const MEN_PER_WOMAN = [1.09, 1.11, 1.13, 1.12, 1.08, 1.04, 1.02, 1.0, 0.99, 1.0, 1.0, 0.99, 0.97, 0.94, 0.89, 0.81, 0.7, 0.58, 0.45, 0.35, 0.3];

export function drawAge(rng: Rng, from: 'local' | 'floating'): { years: number; sex: 1 | 2 } {
  const group = (from === 'local' ? local : floating).at(rng.float());
  const ratio = MEN_PER_WOMAN[group];
  return { years: group * 5 + rng.float() * 5, sex: rng.float() < ratio / (1 + ratio) ? 1 : 2 };
}

/** Shares by age, straight lines between [age, share] points. */
function line(points: readonly (readonly [number, number])[]): (age: number) => number {
  return (age) => {
    if (age <= points[0][0]) return points[0][1];
    for (let i = 1; i < points.length; i++) {
      const [x1, y1] = points[i];
      if (age <= x1) {
        const [x0, y0] = points[i - 1];
        return y0 + ((age - x0) / (x1 - x0)) * (y1 - y0);
      }
    }
    return points[points.length - 1][1];
  };
}

export const everMarried = [
  line([[22, 0], [23, 0.06], [26, 0.4], [30, 0.76], [35, 0.9], [45, 0.95], [60, 0.965], [100, 0.975]]),
  line([[20, 0], [22, 0.12], [25, 0.5], [28, 0.78], [32, 0.91], [40, 0.965], [60, 0.985], [100, 0.995]]),
];
/** Of those ever married. */
export const divorced = [
  line([[24, 0.01], [35, 0.06], [45, 0.065], [60, 0.035], [75, 0.01], [100, 0]]),
  line([[23, 0.01], [35, 0.055], [45, 0.06], [60, 0.03], [75, 0.008], [100, 0]]),
];
export const widowed = [
  line([[40, 0.003], [55, 0.015], [65, 0.06], [75, 0.16], [85, 0.36], [95, 0.6]]),
  line([[40, 0.006], [55, 0.04], [65, 0.13], [75, 0.32], [85, 0.62], [95, 0.86]]),
];

/** Gompertz-like yearly risk of death. */
export function mortality(age: number, sex: 1 | 2): number {
  if (age < 1) return 0.003;
  return 0.00012 + 0.000022 * Math.exp(age * 0.099) * (sex === 1 ? 1.25 : 0.8);
}
