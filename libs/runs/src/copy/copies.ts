import type { Database } from '#database';
import { loadSql } from '#database';
import { noteEvent } from '../timeline/note-event.js';

/** Whether a run's delivery is kept; `removedBy`: how long policy kept those of its feed when it was removed. */
export interface CopyStatus { run: number; feed: string; kept: boolean; removedAt: Date | null; removedBy: string | null }

/** What policy says of one feed's deliveries: those taken in before are kept no longer; `keep` in its words. */
export interface CopyPolicy { feed: string; keep: string; before: Date; needed: 'keep' | 'remove' }

/** The sealed copies of deliveries as the ledger knows them. A copy is marked as removed first and removed then: nobody relies on one that may be gone. */
export class Copies {
  constructor(private readonly database: Database) {}

  /** Marks what policy keeps no longer, at most `most` of them. @returns how many */
  async mark(policy: CopyPolicy, now: Date, most = 1000): Promise<number> {
    return this.database.transaction('runs', async (client) => {
      const { rows } = await client.query<{ run: number }>(loadSql(import.meta.dirname, 'mark'), [policy.feed, policy.before, policy.needed === 'remove', policy.keep, now, most]);
      if (rows.length > 0) await noteEvent(client, { feed: policy.feed, kind: 'copies-removed', detail: { copies: rows.length, keep: policy.keep, before: policy.before.toISOString() } });
      return rows.length;
    });
  }

  /** Copies that are marked and perhaps still there. */
  async listMarked(): Promise<{ run: number; path: string }[]> {
    const { rows } = await this.database.pool('runs').query<{ run: number; path: string }>('select run, path from runs.copy_end where removed_at is null order by run');
    return rows;
  }

  async noteRemoved(runs: number[], now: Date): Promise<void> {
    await this.database.pool('runs').query('update runs.copy_end set removed_at = $2 where run = any ($1) and removed_at is null', [runs, now]);
  }

  /** Every copy the ledger names, and those it knows to be gone. */
  async list(): Promise<{ run: number; feed: string; path: string; marked: boolean }[]> {
    const { rows } = await this.database.pool('runs').query<{ run: number; feed: string; path: string; marked: boolean }>(
      `select id as run, feed, stored_path as path, false as marked from runs.run where stored_path is not null
       union all select run, feed, path, true from runs.copy_end order by run`);
    return rows;
  }

  async find(run: number): Promise<CopyStatus | null> {
    const { rows: [row] } = await this.database.pool('runs').query('select run, feed, kept, removed_at, removed_by from runs.run_copy where run = $1', [run]);
    return row === undefined ? null : { run: row.run, feed: row.feed, kept: row.kept, removedAt: row.removed_at, removedBy: row.removed_by };
  }

  /** Whether the rows of today rest on a run's copy: the newest full delivery that rejected nothing, and all behind it in time. */
  async isNeeded(run: number): Promise<boolean> {
    const { rows: [row] } = await this.database.pool('runs').query<{ needed: boolean }>(
      `select r.state = 'published' and (r.as_of, r.id) >= (coalesce(n.as_of, '-infinity'::timestamptz), coalesce(n.id, 0)) as needed
       from runs.run r left join runs.newest_whole n on n.feed = r.feed where r.id = $1`, [run]);
    return row?.needed ?? false;
  }
}
