import { loadSql } from '#database';
import type { Text } from '#kernel';
import type { Pool } from 'pg';
import { eventWords } from './event-words.js';

/** One thing that happened to a feed. `by` is null where the hub itself did it. */
export interface TimelineEntry { feed: string; at: Date; kind: string; text: Text; run: number | null; by: string | null; detail: Record<string, unknown> }

/** Where a page of a timeline ended: time in microseconds, source and id of its last entry. */
export type TimelinePlace = [number, number, number];

/** A feed's timeline, newest first, at most `limit` behind `after`; `next` is null on the last page. `pool` as in readProgress. */
export async function readTimeline(
  pool: Pool, feed: string, after: TimelinePlace | null, limit: number,
): Promise<{ entries: TimelineEntry[]; next: TimelinePlace | null }> {
  const { rows } = await pool.query<Omit<TimelineEntry, 'text'> & { atUs: number; source: number; id: number }>({
    name: 'runs-read-timeline', text: loadSql(import.meta.dirname, 'feed_timeline'), values: [feed, ...(after ?? [null, null, null]), limit + 1],
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map(({ feed: of, at, kind, run, by, detail }) => ({ feed: of, at, kind, text: eventWords(kind), run, by, detail })),
    next: rows.length > limit && last ? [last.atUs, last.source, last.id] : null,
  };
}
