import { loadSql } from '#database';
import type { Pool } from 'pg';
import type { RunState } from '../ledger/run.js';

/** How far a run has got. Rows per second and seconds to go are known while rows are read. */
export interface RunProgress {
  run: number;
  feed: string;
  state: RunState;
  /** Step at work; `wait` when nobody holds the run, null when it has ended or waits for people. */
  step: string | null;
  rowsDone: number;
  rowsExpected: number | null;
  rowsPerSecond: number | null;
  etaSeconds: number | null;
  /** Chunks of the delivery that are committed. */
  chunks: number;
  at: Date;
}

/** A state a run came into. `again`: it was there before. */
export interface RunTransition { id: number; run: number; feed: string; state: RunState; again: boolean; at: Date }

/** `pool` is of any role that may read the ledger's published views. */
export async function readProgress(pool: Pool, runs: number[]): Promise<RunProgress[]> {
  const { rows } = await pool.query<RunProgress>({ name: 'runs-read-progress', text: loadSql(import.meta.dirname, 'run_progress'), values: [runs] });
  return rows;
}

/** The states runs came into after transition `after`, oldest first; of one run, or of all. */
export async function readTransitions(pool: Pool, run: number | null, after: number, limit: number): Promise<RunTransition[]> {
  const { rows } = await pool.query<RunTransition>({ name: 'runs-read-transitions', text: loadSql(import.meta.dirname, 'run_transition'), values: [run, after, limit] });
  return rows;
}
