import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { postgresBell, prepareQueues } from './postgres-bell.js';

describe('queues on PostgreSQL, where there is no Redis', () => {
  let store: TestDatabase;
  beforeAll(async () => {
    store = await testDatabase();
    const owner = await store.database.connect('migrate');
    await prepareQueues(owner);
    // Every start does it again.
    await prepareQueues(owner);
    await owner.end();
  });
  afterAll(() => store.drop());

  it('work with no more rights than the login of the runs has, and know a job by its id', async () => {
    const connection = postgresBell(store.database.urlOf('runs')) as never;
    const queue = new Queue<{ run: number }>('stage', { connection });
    const seen: number[] = [];
    let third!: () => void;
    const done = new Promise<void>((resolve) => { third = resolve; });
    const worker = new Worker<{ run: number }>('stage', async ({ data }) => {
      seen.push(data.run);
      if (data.run === 3) third();
      return Promise.resolve();
    }, { connection, concurrency: 1 });
    try {
      for (const run of [1, 1, 2, 3]) await queue.add('stage', { run }, { jobId: `ob-${run}` });
      await done;
      expect(seen.sort()).toEqual([1, 2, 3]);
    } finally {
      await worker.close();
      await queue.close();
    }
  });
});
