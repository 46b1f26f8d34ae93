import type { Database } from '#database';
import type { Keys } from '#keys';

export interface Reject { run: number; rowNo: number; feed: string; rule: string; field: string | null; raw: string | null }

/** Rejects of a run in row order, one a broken rule; with `raw` the officer sees the line as delivered. */
export async function listRejects(database: Database, keys: Keys | null, filter: { run: number; after?: number; limit?: number }): Promise<Reject[]> {
  const { rows } = await database.pool('staging').query(
    `select run, row_no, ordinal, feed, rule, field, raw from staging.reject
     where run = $1 and row_no > $2 order by row_no, ordinal limit $3`,
    [filter.run, filter.after ?? 0, filter.limit ?? 1000]);
  return rows.map((r) => ({
    run: r.run, rowNo: r.row_no, feed: r.feed, rule: r.rule, field: r.field,
    raw: keys === null || r.raw === null ? null : keys.sealer().openBytes(r.raw).toString('utf8'),
  }));
}
