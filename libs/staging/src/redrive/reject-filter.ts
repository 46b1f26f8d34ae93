import type { Database } from '#database';
import { loadSql } from '#database';
import type { RedriveFilter } from '#runs';

/** The values of `matching.sql`, in its order. */
export function matchingValues(feed: string, filter: RedriveFilter): unknown[] {
  const { run, row, rule, field, township, valueToken } = filter;
  return [feed, run ?? null, row ?? null, rule ?? null, field ?? null, township ?? null, valueToken ?? null];
}

/** How many rejected rows of a feed are open and match: what an order would take. */
export async function countMatching(database: Database, feed: string, filter: RedriveFilter): Promise<number> {
  const { rows } = await database.pool('staging').query<{ n: string }>(
    `select count(*) as n from (${loadSql(import.meta.dirname, 'matching')}) m`, matchingValues(feed, filter));
  return Number(rows[0]!.n);
}
