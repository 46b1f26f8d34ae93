import { loadSql } from '#database';
import { ROW_RULES } from '#feeds';
import type { Text } from '#kernel';
import type { Pool } from 'pg';
import type { RejectState } from './search-rejects.js';

/** Rejected rows of run `ofRun` that a later one settled; a row that broke several rules stands under its first. */
export interface SettledRejects { how: RejectState; ofRun: number; rule: string; text: Text | null; field: string | null; rejects: number }

/** What a delivery made of earlier rejects of its feed: what the supplier has mended, and what is wrong once more. `pool` as in readOutcome. */
export async function readSettled(pool: Pool, run: number): Promise<SettledRejects[]> {
  const { rows } = await pool.query<Omit<SettledRejects, 'text'>>({ name: 'staging-reject-settled', text: loadSql(import.meta.dirname, 'settled'), values: [run] });
  return rows.map(({ how, ofRun, rule, field, rejects }) => ({ how, ofRun, rule, text: ROW_RULES[rule] ?? null, field, rejects }));
}
