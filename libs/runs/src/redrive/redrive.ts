import type { RunReason } from '../ledger/run.js';

/** How far an order to drive rejects again has got; `held` and `driving` are its run's. */
export type RedriveState = 'waiting' | 'running' | 'driving' | 'held' | 'done' | 'cancelled' | 'failed';

/** Which open rejects, of one feed: all that are given must hold. Never a value: its token. */
export interface RedriveFilter { run?: number; row?: number; rule?: string; field?: string; township?: string; valueToken?: string }

export interface Redrive {
  id: number;
  feed: string;
  filter: RedriveFilter;
  /** Columns its repairs concern. */
  repairedColumns: string[];
  by: string;
  state: RedriveState;
  /** Rejected rows the filter named when the order was taken up; null before. */
  matched: number | null;
  doneRows: number;
  /** Of those, what cannot be driven as it is. */
  leftOut: number | null;
  run: number | null;
  reason: RunReason | null;
  createdAt: Date;
  endedAt: Date | null;
}

/** A worker's hold on an order. */
export interface RedriveLease { redrive: number; token: string }

export const STATUS_COLUMNS = `id, feed, filter, repaired_columns, "by", state, matched, done_rows, left_out, run, reason_rule, reason, created_at, ended_at`;

export function redriveFrom(row: Record<string, unknown>): Redrive {
  const reason = row.reason as Omit<RunReason, 'rule'> | null;
  return {
    id: row.id as number, feed: row.feed as string, filter: row.filter as RedriveFilter, repairedColumns: row.repaired_columns as string[],
    by: row.by as string, state: row.state as RedriveState, matched: row.matched as number | null, doneRows: row.done_rows as number,
    leftOut: row.left_out as number | null, run: row.run as number | null,
    reason: reason === null ? null : { rule: row.reason_rule as string, ...reason }, createdAt: row.created_at as Date, endedAt: row.ended_at as Date | null,
  };
}
