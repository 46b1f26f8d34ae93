import type { PatternCount } from './pattern.js';

/** What a model has learnt; probabilities by comparison and level, [0] is 1. */
export interface Weights {
  /** Of records of one person. */
  same: number[][];
  /** Of another person of the same household; null: the right side does not say who lives together. */
  household: number[][] | null;
  /** Of anybody else. */
  unrelated: number[][];
  /** Chance that a pair taken at random is of one person. */
  prior: number;
  /** Chance that it is of two people of one household. */
  householdPrior: number;
}

/** Natural logarithms of what a pattern says of each class, the two others' with their priors. */
export interface PatternScore { same: number; household: number | null; unrelated: number }

export function scoreOf(weights: Weights, levels: readonly number[]): PatternScore {
  const log = (by: number[][]): number => levels.reduce((sum, level, at) => sum + Math.log(by[at]![level]!), 0);
  return {
    same: log(weights.same),
    household: weights.household && Math.log(weights.householdPrior) + log(weights.household),
    unrelated: Math.log(1 - weights.prior - weights.householdPrior) + log(weights.unrelated),
  };
}

/** Odds that a pair of this pattern is of one person, no value being rare. */
export function oddsOf(weights: Weights, levels: readonly number[]): number {
  const { same, household, unrelated } = scoreOf(weights, levels);
  return weights.prior * Math.exp(same) / (Math.exp(unrelated) + (household === null ? 0 : Math.exp(household)));
}

/** Fewer pairs than this of a level teach little; the beginning counts as so many. */
const SMOOTHING = 0.3;
const ROUNDS = 200;
const ENOUGH = 1e-6;

/**
 * Expectation and maximisation over counted patterns, without labels: how records of one person agree, and how many
 * there are. The other two classes stand: blocking makes what is found unlike what is taken at random.
 * @param found patterns of candidates, blocked
 * @param pairs how many pairs there are that the candidates were found among
 * @param begin how often records of one person are taken to agree, to begin with
 * @param most the prior is not above it
 */
export function learn(found: readonly PatternCount[], pairs: number, begin: number[][], others: Omit<Weights, 'same' | 'prior'>, prior: number, most: number): Weights & { rounds: number } {
  let weights: Weights = { ...others, same: begin, prior };
  for (let round = 1; ; round++) {
    const seen = weights.same.map((levels) => levels.map(() => SMOOTHING));
    let matches = 0;
    for (const { levels, pairs: times } of found) {
      const odds = oddsOf(weights, levels);
      const share = Number.isFinite(odds) ? odds / (1 + odds) : 1;
      matches += times * share;
      levels.forEach((level, at) => { if (level > 0) seen[at]![level]! += times * share; });
    }
    const same = seen.map((levels) => {
      const sum = levels.slice(1).reduce((total, one) => total + one, 0);
      return levels.map((one, level) => (level === 0 ? 1 : one / sum));
    });
    const next = Math.min(most, matches / pairs);
    const moved = Math.max(
      Math.abs(next - weights.prior) / next,
      ...same.flatMap((levels, at) => levels.map((one, level) => Math.abs(one - weights.same[at]![level]!))),
    );
    weights = { ...weights, same, prior: next };
    if (moved < ENOUGH || round === ROUNDS) return { ...weights, rounds: round };
  }
}

/** Where nothing is said of it: the best level is the rule, the worse ones share what is left, evenly. */
export function beginningOf(said: readonly (number | null)[]): number[] {
  const known = said.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const unsaid = said.filter((one) => one === null).length;
  const first = said[0] === null && unsaid > 1 && known < 0.9 ? 0.9 * (1 - known) : null;
  const rest = (1 - known - (first ?? 0)) / Math.max(1, unsaid - (first === null ? 0 : 1));
  const begun = said.map((one, at) => Math.max(1e-4, one ?? (at === 0 && first !== null ? first : rest)));
  const sum = begun.reduce((total, one) => total + one, 0);
  return [1, ...begun.map((one) => one / sum)];
}
