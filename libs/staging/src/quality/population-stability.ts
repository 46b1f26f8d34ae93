/** Rows by code. */
export type Shares = ReadonlyMap<string, number>;

/** From here on a population is called shifted (S. Yurdakul and J. Naranjo, Journal of Risk Model Validation 14, 2020, name it as the industry's own). */
export const SHIFTED = 0.25;
/** Fewer rows on either side say nothing. */
export const FEWEST_ROWS = 50;
/** Of deliveries that did not change at all, one in two thousand looks shifted. */
const SURELY = 3.29;
/** Rows that a code nobody used counts for: its share is small, not nothing. */
const UNSEEN = 0.5;

export interface Stability { psi: number; limit: number; shifted: boolean }

/**
 * The population stability index of two counts of the same codes: the sum of (p - q) ln(p / q). Of samples of n and m
 * rows it differs from 0 by chance, about as chi-square with (codes - 1) degrees times (1/n + 1/m); the limit is the
 * industry's, or what chance alone would not reach.
 * @returns null where there are too few rows, or one code
 */
export function stabilityOf(before: Shares, now: Shares): Stability | null {
  const codes = [...new Set([...before.keys(), ...now.keys()])];
  const [m, n] = [sumOf(before), sumOf(now)];
  if (m < FEWEST_ROWS || n < FEWEST_ROWS || codes.length < 2) return null;
  let psi = 0;
  for (const code of codes) {
    const [q, p] = [Math.max(before.get(code) ?? 0, UNSEEN) / m, Math.max(now.get(code) ?? 0, UNSEEN) / n];
    psi += (p - q) * Math.log(p / q);
  }
  const limit = Math.max(SHIFTED, (1 / n + 1 / m) * chiSquare(codes.length - 1));
  return { psi, limit, shifted: psi > limit };
}

/** The chi-square quantile at SURELY (E. B. Wilson and M. M. Hilferty, PNAS 17, 1931). */
function chiSquare(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + SURELY * Math.sqrt(spread)) ** 3;
}

export function sumOf(shares: Shares): number {
  return [...shares.values()].reduce((sum, rows) => sum + rows, 0);
}
