import type { RunReason } from '../ledger/run.js';

/** How far an order to read a past run again has got. */
export type ReplayState = 'waiting' | 'running' | 'done' | 'failed';

/** incomparable: not all of it can be compared; what could be is the same. */
export type ReplayVerdict = 'same' | 'differs' | 'incomparable';

/** What was compared: hashes, counts and numbers of rows, never a value. */
export interface ReplayFinding {
  /** delivery: its rows as delivered; outcome: refused, held or published; counts; rows: those that held; history: those that no longer did. */
  compared: ('delivery' | 'outcome' | 'counts' | 'rows' | 'history')[];
  /** Of those, what differs. */
  differs: ReplayFinding['compared'];
  /** What each of those that differ was then and is now. */
  then: Record<string, unknown>;
  now: Record<string, unknown>;
  /** Deliveries read, the run's own among them; `since`: the run from which on, where the story before is gone. */
  deliveries: number;
  since: number | null;
  /** Rows by key that only the store has, that only the replay has, that say something else; closed ones that differ. Null where they cannot be told. */
  rows: { missing: number; extra: number; other: number; past: number } | null;
}

export interface Replay {
  id: number;
  run: number;
  feed: string;
  by: string;
  state: ReplayState;
  verdict: ReplayVerdict | null;
  finding: ReplayFinding | null;
  /** Deliveries read, of how many. */
  done: number;
  total: number | null;
  reason: RunReason | null;
  createdAt: Date;
  endedAt: Date | null;
}

/** How it ended: what was found, and why not all of it can be compared. */
export interface ReplayEnd { verdict: ReplayVerdict; finding: ReplayFinding; reason: RunReason | null }

/** A worker's hold on an order. `run` is the negative of its number, under which its private rows lie and the fence knows it. */
export interface ReplayLease { run: number; token: string }

export const REPLAY_COLUMNS = 'id, run, feed, "by", state, verdict, finding, done, total, reason_rule, reason, created_at, ended_at';

export function replayFrom(row: Record<string, unknown>): Replay {
  const reason = row.reason as Omit<RunReason, 'rule'> | null;
  return {
    id: row.id as number, run: row.run as number, feed: row.feed as string, by: row.by as string, state: row.state as ReplayState,
    verdict: row.verdict as ReplayVerdict | null, finding: row.finding as ReplayFinding | null, done: row.done as number, total: row.total as number | null,
    reason: reason === null ? null : { rule: row.reason_rule as string, ...reason }, createdAt: row.created_at as Date, endedAt: row.ended_at as Date | null,
  };
}
