import type { FeedContract } from '#feeds';

/** The dimensions of GB/T 36344 that follow from deliveries themselves. */
export const DIMENSIONS = ['completeness', 'validity', 'uniqueness', 'consistency', 'timeliness'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export type Level = 'ok' | 'warn' | 'fail';

/** What was counted; `field` is the supplier's column, empty for the feed as a whole. */
export interface Counted { dimension: Dimension; field: string; good: number; total: number }

export interface Measure extends Counted {
  /** 0 to 1; 1 where there was nothing to count. */
  value: number;
  /** After the published run before; null when there was none. */
  before: number | null;
  level: Level;
  /** Why it is not ok. */
  because: 'threshold' | 'jump' | null;
}

interface Thresholds { warn: number; fail: number }

/** A share that moves so far from one delivery to the next is looked at, whatever the thresholds say. */
export const JUMP = 0.1;

/** Judges what was counted: by the contract's thresholds, else by those of its dimension, else by the share before. */
export function judge(contract: FeedContract, counted: Counted, before: number | null): Measure {
  const value = counted.total === 0 ? 1 : Math.min(1, counted.good / counted.total);
  const limits = thresholdsOf(contract, counted);
  const measure = { ...counted, value, before };
  if (limits !== null && value < limits.fail) return { ...measure, level: 'fail', because: 'threshold' };
  if (limits !== null && value < limits.warn) return { ...measure, level: 'warn', because: 'threshold' };
  if (before !== null && counted.dimension !== 'timeliness' && before - value > JUMP) return { ...measure, level: 'warn', because: 'jump' };
  return { ...measure, level: 'ok', because: null };
}

/** The worse of two. */
export function worse(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) > LEVELS.indexOf(b) ? a : b;
}

const LEVELS: readonly Level[] = ['ok', 'warn', 'fail'];

/** Null: any share will do; an optional column may be as empty as its supplier leaves it. */
function thresholdsOf(contract: FeedContract, { dimension, field }: Counted): Thresholds | null {
  const said = contract.quality.find((one) => one.dimension === dimension && (one.field ?? '') === field);
  if (said !== undefined) return { warn: said.warn, fail: said.fail };
  switch (dimension) {
    case 'completeness': return null;
    case 'validity': return { warn: 1 - contract.limits.rejects / 2, fail: 1 - contract.limits.rejects };
    case 'uniqueness': return { warn: 0.999, fail: 0.99 };
    case 'consistency': return { warn: 0.99, fail: 0.95 };
    case 'timeliness': return { warn: 1, fail: 0.5 };
  }
}
