import type { Text } from '#kernel';

/** How far a delivery has got. Work waits in accepted, staged and linked; held waits for people; the rest are ends. */
export type RunState = 'accepted' | 'staged' | 'held' | 'linked' | 'published' | 'refused' | 'failed' | 'discarded';

/** Counts of delivered rows by source key: read = duplicate + rejected + unchanged + added + changed + held. */
export interface RunCounts {
  read: number;
  duplicate: number;
  rejected: number;
  unchanged: number;
  added: number;
  changed: number;
  removed: number;
  held: number;
}

export const NO_COUNTS: RunCounts = { read: 0, duplicate: 0, rejected: 0, unchanged: 0, added: 0, changed: 0, removed: 0, held: 0 };

/**
 * What a feed held once a run was published: `now` of the rows that held, `past` of those that no longer did, each the
 * sum of its rows' hashes (128 bits, hex). `shape`: which columns they are of; hashes of another shape say nothing.
 */
export interface StagedState { shape: string; now: string; past: string }

/** Why a run was held, refused or failed. */
export interface RunReason { rule: string; text: Text; hint?: Text }

export interface Run {
  id: number;
  feed: string;
  fileName: string;
  filePath: string;
  fileBytes: number;
  fileStat: string;
  storedPath: string | null;
  contractVersion: string;
  mode: 'full' | 'delta';
  batchNo: string | null;
  asOf: Date;
  acceptedAt: Date;
  state: RunState;
  first: boolean;
  digest: string | null;
  counts: RunCounts;
  warnings: Record<string, number>;
  reason: RunReason | null;
  /** People have looked at what held it. */
  released: boolean;
  /** It came late: its feed was replayed with it in its place. */
  replayed: boolean;
  startedAt: Date | null;
  endedAt: Date | null;
  attempts: number;
  /** Rows the supplier's manifest speaks of. */
  promisedRows: number | null;
  /** The order whose rejects it drives again; null for what a supplier delivered. */
  redrive: number | null;
  /** What its feed held once it was published; null before, and of runs before such was kept. */
  stagedState: StagedState | null;
}

/** A worker's hold on a run: every transaction made under it shows the token. */
export interface Lease { run: number; token: string }

export interface StepCount { step: string; relation: string; rows: number; ms: number }

export const TABLE_COLUMNS = `id, feed, file_name, file_path, file_bytes, file_stat, stored_path, contract_version, mode, batch_no,
  as_of, accepted_at, state, first, digest, rows_read, rows_duplicate, rows_rejected, rows_unchanged, rows_added,
  rows_changed, rows_removed, rows_held, warnings, reason_rule, reason, started_at, ended_at, attempts, released, promised_rows, redrive, replayed,
  state_shape, state_now, state_past`;

interface RunRow { [column: string]: unknown }

export function runFrom(row: RunRow): Run {
  const count = (column: string) => Number(row[column] ?? 0);
  const reason = row.reason as { text: Text; hint?: Text } | null;
  return {
    id: row.id as number,
    feed: row.feed as string,
    fileName: row.file_name as string,
    filePath: row.file_path as string,
    fileBytes: Number(row.file_bytes),
    fileStat: row.file_stat as string,
    storedPath: row.stored_path as string | null,
    contractVersion: row.contract_version as string,
    mode: row.mode as 'full' | 'delta',
    batchNo: row.batch_no as string | null,
    asOf: row.as_of as Date,
    acceptedAt: row.accepted_at as Date,
    state: row.state as RunState,
    first: row.first as boolean,
    digest: row.digest as string | null,
    counts: {
      read: count('rows_read'), duplicate: count('rows_duplicate'), rejected: count('rows_rejected'),
      unchanged: count('rows_unchanged'), added: count('rows_added'), changed: count('rows_changed'),
      removed: count('rows_removed'), held: count('rows_held'),
    },
    warnings: (row.warnings as Record<string, number> | null) ?? {},
    reason: reason === null ? null : { rule: row.reason_rule as string, text: reason.text, hint: reason.hint },
    released: row.released as boolean,
    replayed: row.replayed as boolean,
    startedAt: row.started_at as Date | null,
    endedAt: row.ended_at as Date | null,
    attempts: row.attempts as number,
    promisedRows: row.promised_rows === null ? null : Number(row.promised_rows),
    redrive: row.redrive as number | null,
    stagedState: stagedStateFrom(row),
  };
}

export function stagedStateFrom(row: RunRow | undefined): StagedState | null {
  if (row === undefined || row.state_shape === null) return null;
  return { shape: row.state_shape as string, now: row.state_now as string, past: row.state_past as string };
}
