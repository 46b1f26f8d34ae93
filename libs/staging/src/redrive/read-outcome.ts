import { loadSql } from '#database';
import type { Pool } from 'pg';

/** What became of the rejects an order took: rows = mended + rejectedAgain + superseded + open. */
export interface RedriveOutcome { rows: number; mended: number; rejectedAgain: number; superseded: number; open: number }

/** Null before an order has taken its rejects, and after one has come to nothing. `pool` is of any role that may read staging's published views. */
export async function readOutcome(pool: Pool, redrive: number): Promise<RedriveOutcome | null> {
  const { rows } = await pool.query<RedriveOutcome>({ name: 'staging-redrive-outcome', text: loadSql(import.meta.dirname, 'outcome'), values: [redrive] });
  return rows[0] ?? null;
}
