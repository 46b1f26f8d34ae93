import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { Ledger } from '../ledger/ledger.js';
import { FetchLedger, type Claimed } from './fetch-ledger.js';

const KNOWN = new Date('2026-03-01T08:00:00Z');
const LONG_AGO = new Date('2026-01-01T00:00:00Z');
const FAR = new Date('2100-01-01T00:00:00Z');
let store: TestDatabase, admin: pg.Client, ledger: Ledger, fetches: FetchLedger;

beforeAll(async () => {
  store = await testDatabase();
  admin = new pg.Client({ connectionString: store.url });
  await admin.connect();
  ledger = new Ledger(store.database, { now: () => KNOWN });
  fetches = new FetchLedger(store.database, ledger);
});
afterAll(async () => {
  await admin.end();
  await store.drop();
});
beforeEach(async () => {
  await admin.query('truncate runs.fetch, runs.arrival, runs.run, runs.outbox, runs.event restart identity cascade');
  await fetches.schedule([{ feed: 'pension', firstDue: LONG_AGO, nextDue: FAR }]);
});

const claim = async (worker = 'one'): Promise<Claimed> => {
  const claimed = await fetches.claim('pension', worker);
  if (claimed === null) throw new Error('it was not to be had');
  return claimed;
};
const runOut = (): Promise<unknown> => admin.query(`update runs.fetch set lease_until = clock_timestamp() - interval '1 second'`);
const counted = async (table: string): Promise<number> => (await admin.query(`select from runs.${table}`)).rowCount!;
const accept = ({ lease }: Claimed, id: string, cursor: string | null = null) => fetches.accept(lease, {
  fileName: 'x.csv', fileBytes: 10, contractVersion: 'v', mode: 'delta', batchNo: null, asOf: LONG_AGO, storedPath: `/kept/${id}`, promisedRows: 3,
}, { arrivalId: id, sm3: 'ab', cursor: cursor === null ? null : Buffer.from(cursor) });

describe('what is due', () => {
  it('follows the feeds that are fetched, and keeps what is known of those that were there', async () => {
    expect(await fetches.due()).toEqual(['pension']);
    const first = await claim();
    await fetches.moveCursor(first.lease, Buffer.from('here'));
    await fetches.end(first.lease, { outcome: 'nothing-new' }, FAR);
    expect(await fetches.due()).toEqual([]);
    await fetches.schedule([{ feed: 'pension', firstDue: LONG_AGO, nextDue: FAR }, { feed: 'marriage', firstDue: LONG_AGO, nextDue: FAR }]);
    expect(await fetches.due()).toEqual(['marriage']);
    // Its contract has an earlier slot now.
    await fetches.schedule([{ feed: 'pension', firstDue: LONG_AGO, nextDue: LONG_AGO }]);
    expect(await fetches.due()).toEqual(['pension']);
    expect((await claim()).cursor).toEqual(Buffer.from('here'));
    expect(await fetches.find('marriage')).toBeNull();
  });

  it('is given to one of many that want it', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'];
    // Connections first: making them may take longer than a lease lasts, and who comes after that may have it.
    await Promise.all(many.map(() => store.database.pool('runs').query('select pg_sleep(0.05)')));
    const got = await Promise.all(many.map((worker) => fetches.claim('pension', worker)));
    expect(got.filter((claimed) => claimed !== null && !claimed.died)).toHaveLength(1);
    expect(await fetches.due()).toEqual([]);
  });

  it('is given again at once when it was given back, or at another time', async () => {
    const { lease } = await claim();
    await fetches.release(lease);
    expect(await fetches.due()).toEqual(['pension']);
    await fetches.release((await claim('two')).lease, FAR);
    expect(await fetches.due()).toEqual([]);
  });

  it('comes when somebody asks, also who asks while it goes on', async () => {
    await fetches.end((await claim()).lease, { outcome: 'nothing-new' }, FAR);
    expect(await fetches.ask('nobody')).toBeNull();
    expect(await fetches.ask('pension', 'officer')).toBeInstanceOf(Date);
    const claimed = await claim();
    expect(claimed.asked).toBe(true);
    await fetches.ask('pension');
    await fetches.end(claimed.lease, { outcome: 'nothing-new' }, FAR);
    expect(await fetches.due()).toEqual(['pension']);
    await fetches.end((await claim()).lease, { outcome: 'nothing-new' }, FAR);
    expect(await fetches.due()).toEqual([]);
    expect((await admin.query(`select by from runs.event where kind = 'fetch-asked' order by id`)).rows).toEqual([{ by: 'officer' }, { by: null }]);
  });
});

describe('a lease that runs out', () => {
  it('goes to another worker, and the first is refused whatever it does', async () => {
    const first = await claim();
    expect(await fetches.renew(first.lease)).toBe(true);
    expect(await fetches.claim('pension', 'two')).toBeNull();
    await runOut();
    const second = await claim('two');
    expect(BigInt(second.lease.token)).toBeGreaterThan(BigInt(first.lease.token));
    expect(second.failures).toBe(1);
    expect(await fetches.renew(first.lease)).toBe(false);
    await expect(accept(first, 'a')).rejects.toMatchObject({ code: 'HU001' });
    await expect(fetches.moveCursor(first.lease, Buffer.from('x'))).rejects.toMatchObject({ code: 'HU001' });
    await expect(fetches.end(first.lease, { outcome: 'fetched' }, FAR)).rejects.toMatchObject({ code: 'HU001' });
    await fetches.release(first.lease);
    expect(await counted('run')).toBe(0);
    expect(await accept(second, 'a')).toMatchObject({ id: 1 });
  });
});

describe('taking a fetched delivery in', () => {
  it('writes run, bell, arrival and cursor together', async () => {
    const claimed = await claim();
    expect(await accept(claimed, 'a', 'behind a')).toMatchObject({
      feed: 'pension', state: 'accepted', storedPath: '/kept/a', filePath: '', promisedRows: 3, acceptedAt: KNOWN,
    });
    expect((await admin.query('select feed, arrival_id, run, sm3, accepted_at from runs.arrival')).rows)
      .toEqual([{ feed: 'pension', arrival_id: 'a', run: 1, sm3: 'ab', accepted_at: KNOWN }]);
    expect((await admin.query('select queue, run from runs.outbox')).rows).toEqual([{ queue: 'stage', run: 1 }]);
    expect((await admin.query('select cursor from runs.fetch')).rows).toEqual([{ cursor: Buffer.from('behind a') }]);
    expect([await fetches.knows('pension', 'a'), await fetches.knows('pension', 'b'), await fetches.knows('marriage', 'a')]).toEqual([true, false, false]);
    expect(await fetches.storedOf('pension', ['/kept/a', '/kept/b'])).toEqual(new Set(['/kept/a']));
  });

  it('does nothing the second time', async () => {
    const claimed = await claim();
    await accept(claimed, 'a', 'behind a');
    expect(await accept(claimed, 'a')).toBeNull();
    expect([await counted('run'), await counted('arrival'), await counted('outbox')]).toEqual([1, 1, 1]);
    await fetches.end(claimed.lease, { outcome: 'fetched' }, LONG_AGO);
    expect((await claim('two')).cursor).toEqual(Buffer.from('behind a'));
  });
});

describe('the end of a fetch', () => {
  const reason = { rule: 'transport-denied', text: { zh: '拒绝', en: 'Denied' }, hint: { zh: '核对', en: 'Check' } };

  it('says what became of it, and the timeline tells of changes alone', async () => {
    for (const n of [1, 2]) {
      await fetches.end((await claim()).lease, { outcome: 'failed', reason, waiting: n }, LONG_AGO);
      expect(await fetches.find('pension')).toMatchObject({ outcome: 'failed', reason, failures: n, waiting: n, dueAt: LONG_AGO });
    }
    await fetches.end((await claim()).lease, { outcome: 'fetched' }, FAR);
    expect(await fetches.find('pension')).toMatchObject({ outcome: 'fetched', reason: null, failures: 0, waiting: 0, dueAt: FAR });
    expect((await admin.query('select kind, detail from runs.event order by id')).rows).toEqual([
      { kind: 'fetch-failed', detail: { rule: 'transport-denied' } }, { kind: 'fetch-recovered', detail: { rule: 'transport-denied' } },
    ]);
  });

  it('tells how current the store is only when all that was fetched is published', async () => {
    const current = async (): Promise<Date | null> =>
      (await store.database.pool('sharing').query('select current_as_of from runs.fetch_status')).rows[0].current_as_of;
    const claimed = await claim();
    const run = (await accept(claimed, 'a'))!;
    await fetches.end(claimed.lease, { outcome: 'fetched', currentAsOf: KNOWN }, FAR);
    expect(await current()).toBeNull();
    await admin.query(`update runs.run set state = 'published' where id = $1`, [run.id]);
    expect(await current()).toEqual(KNOWN);
    await admin.query(`update runs.run set state = 'held' where id = $1`, [run.id]);
    expect(await current()).toBeNull();
  });
});
