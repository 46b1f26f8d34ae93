import { loadSql } from '#database';
import type { Pool } from 'pg';
import type { Redrive, RedriveState } from './redrive.js';

/** An order and how far it is. While its delivery is written its rows are those matched, then those written; speed and seconds to go are known while rows are read. */
export interface RedriveProgress extends Omit<Redrive, 'doneRows'> {
  /** wait, write, then the steps of its run; null when it has ended or its run waits for people. */
  step: string | null;
  rowsDone: number;
  rowsExpected: number | null;
  rowsPerSecond: number | null;
  etaSeconds: number | null;
}

/** All that are given must hold; `feeds`: of these only, null for all. */
export interface RedriveSearch { id?: number; feed?: string; state?: RedriveState; feeds?: readonly string[] | null }

/** Orders, newest first. `pool` is of any role that may read the ledger's published views. */
export async function readRedrives(pool: Pool, { id, feed, state, feeds }: RedriveSearch, page: { before?: number; limit: number }): Promise<RedriveProgress[]> {
  const { rows } = await pool.query<RedriveProgress>({
    name: 'runs-read-redrives', text: loadSql(import.meta.dirname, 'redrive'), values: [id ?? null, feed ?? null, state ?? null, feeds ?? null, page.before ?? null, page.limit],
  });
  return rows;
}
