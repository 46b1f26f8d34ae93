import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { Freshness, type FeedFreshness } from './freshness.js';

const NOW = new Date('2026-03-20T00:00:00Z');

describe('how fresh a feed is', () => {
  let store: TestDatabase, admin: pg.Client;
  beforeAll(async () => {
    store = await testDatabase();
    admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    await admin.query(`insert into sharing.feed (feed, title_zh, title_en, supplier_zh, supplier_en, overdue_after_days) values ('pension', '', '', '', '', 7)`);
  });
  afterAll(async () => {
    await admin.end();
    await store.drop();
  });
  beforeEach(() => admin.query('truncate runs.run, runs.fetch, runs.outbox, runs.arrival cascade'));

  const run = (asOf: string, state: string): Promise<unknown> => admin.query(
    `insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, state)
     values ('pension', 'x', 'x', 0, '', '', 'delta', $1, $1, $2)`, [asOf, state]);
  const looked = (at: string): Promise<unknown> => admin.query(`insert into runs.fetch (feed, due_at, current_as_of) values ('pension', $1, $1)`, [at]);
  async function read(): Promise<Pick<FeedFreshness, 'at' | 'overdue'>> {
    const freshness = new Freshness(store.database, { now: () => NOW });
    await freshness.refresh();
    const [{ at, overdue }] = freshness.list() as [FeedFreshness];
    return { at, overdue };
  }

  it('is told by the newest delivery that is published', async () => {
    expect(await read()).toEqual({ at: null, overdue: true });
    await run('2026-03-01T00:00:00Z', 'published');
    expect(await read()).toEqual({ at: '2026-03-01T08:00:00+08:00', overdue: true });
    await run('2026-03-15T00:00:00Z', 'published');
    expect(await read()).toEqual({ at: '2026-03-15T08:00:00+08:00', overdue: false });
  });

  it('is told by a look that found nothing newer, unless something that was fetched is not published', async () => {
    await run('2026-03-01T00:00:00Z', 'published');
    await looked('2026-03-19T00:00:00Z');
    expect(await read()).toEqual({ at: '2026-03-19T08:00:00+08:00', overdue: false });
    await run('2026-03-02T00:00:00Z', 'held');
    expect(await read()).toEqual({ at: '2026-03-01T08:00:00+08:00', overdue: true });
  });
});
