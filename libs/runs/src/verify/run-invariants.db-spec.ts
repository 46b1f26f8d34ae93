import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { runInvariants } from './run-invariants.js';

/** Each invariant, and a statement that breaks it. */
const BREAKS: Record<string, string> = {
  'read = duplicate + rejected + unchanged + added + changed + held': `update runs.run set rows_rejected = 4`,
  'what is held names its rule, what is refused or failed too': `update runs.run set state = 'refused'`,
  'what was released was released by as many different people as it took': `update runs.run set released = true; insert into runs.decision (run, verb, by, reason, needed, at) values (1, 'release', 'one', 'why', 2, now())`,
  'no bell waits longer than a minute': `insert into runs.outbox (queue, run, created_at) values ('stage', 1, clock_timestamp() - interval '2 minutes')`,
  'the publish lane is held by a run that is at work, or by none': `update runs.lane set run = 1`,
};

describe('what must hold of the ledger', () => {
  let store: TestDatabase, admin: pg.Client;
  beforeAll(async () => {
    store = await testDatabase();
    admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    await admin.query(`
      insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, state,
        rows_read, rows_duplicate, rows_rejected, rows_unchanged, rows_added, rows_changed, rows_removed, rows_held)
      values ('pension', 'x', 'x', 0, '', '', 'full', now(), now(), 'published', 10, 1, 2, 3, 3, 1, 0, 0)`);
  });
  afterAll(async () => {
    await admin.end();
    await store.drop();
  });

  it('is all tried here', () => {
    expect(runInvariants().map(({ name }) => name).sort()).toEqual(Object.keys(BREAKS).sort());
  });

  it.each(runInvariants())('$name: holds, and is seen when broken', async ({ name, sql }) => {
    expect((await admin.query(sql)).rows).toEqual([]);
    await admin.query('begin');
    await admin.query(BREAKS[name]!);
    expect((await admin.query(sql)).rows).toEqual([{ what: '1' }]);
    await admin.query('rollback');
  });
});
