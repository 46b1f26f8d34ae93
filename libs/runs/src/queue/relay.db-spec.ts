import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { testRedisUrl } from '../../../../test/support/redis.js';
import { FetchLedger } from '../fetch/fetch-ledger.js';
import { Ledger } from '../ledger/ledger.js';
import { QUEUES, type QueueName, type Queues } from './queues.js';
import { Relay } from './relay.js';

let store: TestDatabase, ledger: Ledger, fetches: FetchLedger, queues: Queues, relay: Relay, faults: unknown[];

beforeEach(async () => {
  store = await testDatabase();
  ledger = new Ledger(store.database, { now: () => new Date() });
  fetches = new FetchLedger(store.database, ledger);
  const prefix = `{test-${randomBytes(6).toString('hex')}}`;
  const names = Object.keys(QUEUES) as QueueName[];
  queues = Object.fromEntries(names.map((name) => [name, new Queue(name, { connection: { url: testRedisUrl()! }, prefix })])) as unknown as Queues;
  faults = [];
  relay = new Relay(store.database, ledger, fetches, queues, (error) => faults.push(error));
});
afterEach(async () => {
  await relay.stop();
  for (const queue of Object.values(queues)) {
    await queue.obliterate({ force: true });
    await queue.close();
  }
  await store.drop();
});

async function accept(): Promise<number> {
  return (await ledger.accept({
    feed: 'pension', fileName: 'x.csv', filePath: '/x.csv', fileBytes: 10, fileStat: '1:2:3:4', contractVersion: 'v', mode: 'full', batchNo: null, asOf: new Date(),
  })).id;
}

async function jobs(): Promise<{ id: string; run: number }[]> {
  return (await queues.stage.getJobs()).map((job) => ({ id: job.id!, run: job.data.run }));
}

async function until(look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !await look(); await new Promise((done) => setTimeout(done, 20))) {
    if (Date.now() > end) throw new Error(`it did not come to that within 30 s: ${faults.join(', ')}`);
  }
}

const unsent = async (): Promise<number> => (await store.database.pool('runs').query('select from runs.outbox where sent_at is null')).rowCount ?? 0;
const unsend = (): Promise<unknown> => store.database.pool('runs').query(`update runs.outbox set sent_at = null; select pg_notify('hushu_outbox', '')`);

describe('the relay', () => {
  it('rings once for what the outbox says, however often it is told to', async () => {
    const run = await accept();
    // Somebody holds the run, so the sweep has nothing to ring for.
    await ledger.claim(run, 'accepted', 'test');
    await relay.start();
    await until(async () => await unsent() === 0);
    expect(await jobs()).toEqual([{ id: 'ob-1', run }]);
    await unsend();
    await until(async () => await unsent() === 0);
    expect((await jobs()).filter(({ id }) => id.startsWith('ob-'))).toEqual([{ id: 'ob-1', run }]);
    expect(faults).toEqual([]);
  });

  it('rings for what was written before it listened, and while it listens', async () => {
    const before = await accept();
    await relay.start();
    const after = await accept();
    await until(async () => await unsent() === 0);
    const rung = (await jobs()).map((job) => job.run);
    expect(rung).toEqual(expect.arrayContaining([before, after]));
  });

  it('finds by its sweep a run whose bell Redis has forgotten', async () => {
    const run = await accept();
    await relay.start();
    await until(async () => (await jobs()).length > 0 && await unsent() === 0);
    await queues.stage.obliterate({ force: true });
    await until(async () => (await jobs()).some((job) => job.run === run));
  });

  it('rings by its sweep for a feed that is due to be fetched, and not for one that somebody fetches', async () => {
    await fetches.schedule(['marriage', 'pension'].map((feed) => ({ feed, firstDue: new Date(0), nextDue: new Date(0) })));
    await fetches.claim('pension', 'test');
    await relay.start();
    await until(async () => await queues.fetch.getJobCountByTypes('waiting') > 0);
    expect(new Set((await queues.fetch.getJobs()).map((job) => job.data.feed))).toEqual(new Set(['marriage']));
  });

  it('goes on when the store cuts its sessions', async () => {
    await relay.start();
    await store.database.pool('runs').query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`);
    const run = await accept();
    await until(async () => (await jobs()).some((job) => job.run === run) && await unsent() === 0);
  });
});
