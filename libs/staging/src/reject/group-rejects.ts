import { loadSql } from '#database';
import { ROW_RULES } from '#feeds';
import type { Text } from '#kernel';
import type { Pool } from 'pg';

/** Rejects of a run that have the rule and the supplier's column in common; `examples` are the numbers of the first rows, never what they held. */
export interface RejectGroup { feed: string; rule: string; text: Text | null; field: string | null; rejects: number; examples: number[] }

/** `pool` is of any role that may read staging's published views. */
export async function groupRejects(pool: Pool, run: number): Promise<RejectGroup[]> {
  const { rows } = await pool.query<Omit<RejectGroup, 'text'>>({ name: 'staging-reject-group', text: loadSql(import.meta.dirname, 'reject_group'), values: [run] });
  return rows.map(({ feed, rule, ...rest }) => ({ feed, rule, text: ROW_RULES[rule] ?? null, ...rest }));
}
