import { describe, expect, it } from '@jest/globals';
import { corrected, frequencies, levelsOf, shiftOf, type PatternCount } from './pattern.js';
import { beginningOf, learn, oddsOf, type Weights } from './weights.js';

/** Two comparisons of two levels: same and other. */
const OTHERS = { household: null, unrelated: [[1, 0.1, 0.9], [1, 0.2, 0.8]], householdPrior: 0 };

describe('patterns', () => {
  it('hold a digit for each comparison, the first highest', () => {
    const pattern = (3n << BigInt(shiftOf(0, 3))) | (0n << BigInt(shiftOf(1, 3))) | (15n << BigInt(shiftOf(2, 3)));
    expect(levelsOf(pattern, 3)).toEqual([3, 0, 15]);
    expect(levelsOf(String(pattern), 3)).toEqual([3, 0, 15]);
  });

  it('are counted by level; what is missing is no level, and what was not seen is rare', () => {
    const [first, second] = frequencies([{ levels: [1, 0], pairs: 3 }, { levels: [2, 1], pairs: 1 }], [2, 2], 0.5);
    expect(first).toEqual([1, 3.5 / 5, 1.5 / 5]);
    expect(second).toEqual([1, 1.5 / 2, 0.5 / 2]);
  });

  it('are put right by what is known, the other levels keeping their proportions', () => {
    expect(corrected([1, 0.5, 0.3, 0.2], 1, 0.2)).toEqual([1, 0.2, 0.48, 0.32].map((one) => expect.closeTo(one, 12)));
  });
});

describe('learning', () => {
  /**
   * Worked by hand, one round: m = (0.9, 0.1; 0.8, 0.2), u = (0.1, 0.9; 0.2, 0.8), prior 0.25.
   * 100 pairs [1,1]: odds 0.25*0.72 / (0.75*0.02) = 12      → share 12/13
   * 20 pairs  [1,2]: odds 0.25*0.18 / (0.75*0.08) = 0.75    → share 3/7
   * 280 pairs [2,2]: odds 0.25*0.02 / (0.75*0.72) = 1/108   → share 1/109
   */
  const counts: PatternCount[] = [{ levels: [1, 1], pairs: 100 }, { levels: [1, 2], pairs: 20 }, { levels: [2, 2], pairs: 280 }];
  const begun: Weights = { ...OTHERS, same: [[1, 0.9, 0.1], [1, 0.8, 0.2]], prior: 0.25 };

  it('weighs a pattern as it is worked by hand', () => {
    expect(oddsOf(begun, [1, 1])).toBeCloseTo(12, 10);
    expect(oddsOf(begun, [1, 2])).toBeCloseTo(0.75, 10);
    expect(oddsOf(begun, [2, 2])).toBeCloseTo(1 / 108, 10);
    expect(oddsOf(begun, [0, 0])).toBeCloseTo(1 / 3, 10);
    expect(oddsOf(begun, [1, 0])).toBeCloseTo(3, 10);
  });

  it('ends where a further round by hand changes nothing', () => {
    const { same, prior, rounds } = learn(counts, 400, begun.same, OTHERS, begun.prior, 1);
    expect(rounds).toBeGreaterThan(1);
    const share = ({ levels }: PatternCount): number => {
      const [m, u] = [same, OTHERS.unrelated].map((by) => levels.reduce((product, level, at) => product * by[at]![level]!, 1)) as [number, number];
      return prior * m / (prior * m + (1 - prior) * u);
    };
    const matches = counts.reduce((sum, one) => sum + one.pairs * share(one), 0);
    expect(matches / 400).toBeCloseTo(prior, 4);
    // 0.3 of each level is taken as seen before.
    const agreeing = counts.filter(({ levels }) => levels[0] === 1).reduce((sum, one) => sum + one.pairs * share(one), 0);
    expect((agreeing + 0.3) / (matches + 0.6)).toBeCloseTo(same[0]![1]!, 4);
    for (const levels of same) expect(levels.slice(1).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 10);
  });

  it('finds again what pairs were made of', () => {
    const true_ = { same: [[1, 0.95, 0.05], [1, 0.85, 0.15], [1, 0.9, 0.1]], unrelated: [[1, 0.02, 0.98], [1, 0.05, 0.95], [1, 0.1, 0.9]], prior: 0.1 };
    const patterns = [1, 2].flatMap((a) => [1, 2].flatMap((b) => [1, 2].map((c) => [a, b, c])));
    const of = (by: number[][], levels: number[]): number => levels.reduce((product, level, at) => product * by[at]![level]!, 1);
    const made = patterns.map((levels) => ({ levels, pairs: 1e6 * (true_.prior * of(true_.same, levels) + (1 - true_.prior) * of(true_.unrelated, levels)) }));
    const { same, prior } = learn(made, 1e6, [[1, 0.7, 0.3], [1, 0.7, 0.3], [1, 0.7, 0.3]], { household: null, unrelated: true_.unrelated, householdPrior: 0 }, 0.3, 1);
    expect(prior).toBeCloseTo(0.1, 3);
    same.forEach((levels, at) => { expect(levels[1]).toBeCloseTo(true_.same[at]![1]!, 2); });
  });

  it('tells a third class from the first where two would not do', () => {
    const household = [[1, 0.05, 0.95], [1, 0.95, 0.05]];
    const weights: Weights = { same: [[1, 0.95, 0.05], [1, 0.9, 0.1]], household, unrelated: [[1, 0.001, 0.999], [1, 0.001, 0.999]], prior: 0.001, householdPrior: 0.002 };
    // The address alone agrees: of those who live there rather than of the same.
    expect(oddsOf(weights, [2, 1])).toBeLessThan(0.05);
    expect(oddsOf({ ...weights, household: null, householdPrior: 0 }, [2, 1])).toBeGreaterThan(0.04);
    expect(oddsOf(weights, [1, 1])).toBeGreaterThan(1);
  });

  it('begins with what is said, and shares the rest', () => {
    expect(beginningOf([0.7, null, null, 0.1])).toEqual([1, 0.7, 0.1, 0.1, 0.1].map((one) => expect.closeTo(one, 10)));
    expect(beginningOf([null, null, null]).slice(1).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 10);
    expect(beginningOf([null, null])[1]).toBeGreaterThan(0.8);
  });
});
