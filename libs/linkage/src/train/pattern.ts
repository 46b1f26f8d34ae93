/** A pattern is one number: a digit in base 16 for each comparison, the first comparison's the highest; 0: nothing to compare. */
const BASE = 16n;

/** How many pairs agree in one way. */
export interface PatternCount { levels: number[]; pairs: number }

export function levelsOf(pattern: bigint | string, comparisons: number): number[] {
  const levels = new Array<number>(comparisons);
  for (let at = comparisons - 1, rest = BigInt(pattern); at >= 0; at--, rest /= BASE) levels[at] = Number(rest % BASE);
  return levels;
}

/** Where a comparison's digit stands, in bits from the right. */
export function shiftOf(comparison: number, comparisons: number): number {
  return 4 * (comparisons - 1 - comparison);
}

/**
 * How often each level occurs among pairs that have something to compare.
 * @param alpha added to each level, so that what was not seen is rare, not impossible
 * @returns by comparison and level; [0] is 1, for what is missing says nothing
 */
export function frequencies(counts: readonly PatternCount[], levelCounts: readonly number[], alpha: number): number[][] {
  return levelCounts.map((levels, at) => {
    const seen = new Array<number>(levels + 1).fill(alpha);
    for (const { levels: pattern, pairs } of counts) seen[pattern[at]!]! += pairs;
    return shares(seen);
  });
}

/** Levels' counts as shares of their sum; [0] is 1. */
export function shares(counts: readonly number[]): number[] {
  const sum = counts.slice(1).reduce((total, one) => total + one, 0);
  return counts.map((one, level) => (level === 0 ? 1 : one / sum));
}

/** Puts one level right by what is known of it; the others keep their proportions. */
export function corrected(probabilities: readonly number[], level: number, known: number): number[] {
  const rest = 1 - probabilities[level]!;
  return probabilities.map((one, at) => (at === 0 ? 1 : at === level ? known : rest > 0 ? one * (1 - known) / rest : 0));
}
