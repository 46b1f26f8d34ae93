import type { Pool } from 'pg';
import { runFrom, TABLE_COLUMNS, type Run } from './run.js';

/**
 * A run with what it takes to read its delivery again. `copyRemoved`: policy keeps its own copy no longer, since then;
 * `repairs`: what its order put in place of values, sealed.
 */
export interface PublishedRun extends Run { seenDigest: string | null; copy: { run: number; path: string } | null; copyRemoved: Date | null; repairs: Buffer | null }

/**
 * What a past run came to, and what its feed was told before: the runs that were published by then, in their order in
 * time. `redone`: a late run has changed the feed's history since.
 */
export interface RunStory { outcome: 'published' | 'held' | 'refused'; own: PublishedRun; before: PublishedRun[]; redone: boolean }

/** What was published of a feed, in its order in time. */
export function publishedOf(pool: Pool, feed: string): Promise<PublishedRun[]> {
  return withCopies(pool, `r.feed = $1 and r.state = 'published'`, [feed]);
}

/** Null while the run has come to no outcome. */
export async function storyOf(pool: Pool, run: number): Promise<RunStory | null> {
  const { rows: [came] } = await pool.query<{ id: string; feed: string; state: RunStory['outcome'] | 'failed'; redone: boolean }>(
    `select t.id, t.feed, t.state, exists (select 1 from runs.transition l join runs.run r on r.id = l.run where l.feed = t.feed and l.state = 'published' and l.id > t.id and r.replayed) as redone
     from runs.transition t where t.run = $1 and t.state in ('published', 'held', 'refused', 'failed') order by t.id desc limit 1`, [run]);
  if (came === undefined || came.state === 'failed') return null;
  const [own] = await withCopies(pool, 'r.id = $1', [run]);
  const before = await withCopies(pool,
    `r.feed = $1 and r.state = 'published' and exists (select 1 from runs.transition t where t.run = r.id and t.state = 'published' and t.id < $2)`, [came.feed, came.id]);
  return { outcome: came.state, own: own!, before, redone: came.redone };
}

async function withCopies(pool: Pool, which: string, values: unknown[]): Promise<PublishedRun[]> {
  const { rows } = await pool.query(
    `select ${TABLE_COLUMNS}, seen_digest, c.copy_run, c.copy_path, e.marked_at as copy_removed,
            (select d.repairs from runs.redrive d where d.id = r.redrive) as repairs
     from runs.run r
     left join (select run, marked_at from runs.copy_end) e on e.run = r.id
     left join lateral (
       select s.id as copy_run, s.stored_path as copy_path from runs.run s
       where s.feed = r.feed and s.stored_path is not null and (s.id = r.id or s.seen_digest = r.seen_digest and s.contract_version = r.contract_version)
       order by s.id <> r.id, s.id limit 1
     ) c on true
     where ${which} order by as_of, id`, values);
  return rows.map((row) => ({
    ...runFrom(row), seenDigest: row.seen_digest, copy: row.copy_run === null ? null : { run: row.copy_run, path: row.copy_path }, copyRemoved: row.copy_removed, repairs: row.repairs,
  }));
}
