import type { Database } from '#database';
import { loadSql } from '#database';

/** What became of a reject; discarded: its delivery came to nothing, and it with it. */
export const REJECT_STATES = ['open', 'mended', 'mended-by-supplier', 'withdrawn', 'rejected-again', 'superseded', 'discarded'] as const;
export type RejectState = (typeof REJECT_STATES)[number];

/** All that are given must hold; `value` is the token of a faulty cell's value, see `valueToken`. */
export interface RejectFilter {
  run?: number; feed?: string; rule?: string; field?: string; township?: string; value?: string; state?: RejectState;
  /** Of these feeds only; null or missing: of all. */
  feeds?: readonly string[] | null;
}

/** One broken rule of one rejected row, without what the row held. */
export interface FoundReject {
  run: number; row_no: number; ordinal: number; feed: string; rule: string; field: string | null; township: string | null; value: string | null;
  state: RejectState; by_run: number | null; by_row: number | null;
}

const FACETS = ['run', 'feed', 'rule', 'field', 'township', 'value', 'state'] as const;
export type RejectFacet = (typeof FACETS)[number];

/** Rejects, newest run first. Runs as hushu_operations, which sees neither raw lines nor keys. */
export async function searchRejects(database: Database, filter: RejectFilter, page: { after?: readonly [number, number, number]; limit: number }): Promise<FoundReject[]> {
  const { rows } = await database.pool('operations').query<FoundReject>({
    name: 'rejects-listed', text: loadSql(import.meta.dirname, 'listed'), values: [...valuesOf(filter), ...page.after ?? [null, null, null], page.limit],
  });
  return rows;
}

/** How many rejects there are by each facet, under the filters of the others: where to begin. Runs as hushu_operations. */
export async function countRejects(database: Database, filter: RejectFilter): Promise<Record<RejectFacet, { value: string | null; rejects: number }[]>> {
  const facets = Object.fromEntries(FACETS.map((facet) => [facet, []])) as unknown as Awaited<ReturnType<typeof countRejects>>;
  const { rows } = await database.pool('operations').query<{ facet: RejectFacet; value: string | null; rejects: number }>({
    name: 'rejects-facet', text: loadSql(import.meta.dirname, 'facet'), values: valuesOf(filter),
  });
  for (const { facet, value, rejects } of rows) facets[facet].push({ value, rejects });
  return facets;
}

function valuesOf(filter: RejectFilter): unknown[] {
  return [...FACETS.map((facet) => filter[facet] ?? null), filter.feeds ?? null];
}
