import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '#runs';
import { fileStatOf } from '#staging';
import { StagingBench } from '../../../../test/support/staging.js';
import { Line } from './line.js';

const ROOT = join(import.meta.dirname, '../../../..');
const SAMPLE = join(ROOT, 'test/feeds/library-card/sample.csv');

describe('a step of the line', () => {
  let bench: StagingBench, line: Line, told: string[];
  beforeAll(async () => { bench = await StagingBench.open(join(ROOT, 'test')); });
  afterAll(() => bench.close());
  beforeEach(() => {
    told = [];
    line = new Line({
      database: bench.store.database, ledger: bench.ledger, catalogue: bench.catalogue, stager: bench.stager, worker: 'test',
      onError: (_run, step, error) => told.push(`${step} ${(error as { code?: string }).code}`),
    });
  });

  let month = 0;
  const accept = (file: string): Promise<Run> => bench.ledger.accept({
    feed: 'library-card', fileName: 'sample.csv', filePath: file, fileBytes: 1, fileStat: '', contractVersion: 'v', mode: 'delta', batchNo: null,
    asOf: new Date(Date.UTC(2025, month++, 1)),
  });
  const setLeases = (run: Run, attempts: number) => bench.store.database.pool('runs').query('update runs.run set attempts = $2 where id = $1', [run.id, attempts]);

  it('is not taken up for ever: a delivery that ended worker after worker fails, and says so', async () => {
    const run = await accept(SAMPLE);
    await setLeases(run, 20);
    await line.stage(run.id);
    expect(await bench.ledger.find(run.id)).toMatchObject({
      state: 'failed', reason: { rule: 'HUSHU-WORKER-02', text: { en: expect.stringContaining('20 times') }, hint: { zh: expect.stringContaining('hushu run retry') } },
    });
    expect(told).toEqual([]);
  });

  it('refuses a delivery whose file has gone before it was read', async () => {
    const run = await accept(join(bench.folder, 'gone.csv'));
    await line.stage(run.id);
    expect(await bench.ledger.find(run.id)).toMatchObject({ state: 'refused', attempts: 1, reason: { rule: 'file-gone', hint: { en: 'Deliver it again' } } });
    expect(told).toEqual([]);
  });

  it('fails at once where trying again cannot help, tells the log no values, and is taken up again when asked', async () => {
    const path = join(bench.folder, 'sample.csv');
    copyFileSync(SAMPLE, path);
    const { bytes, stat } = await fileStatOf(path);
    const run = await bench.ledger.accept({
      feed: 'library-card', fileName: 'sample.csv', filePath: path, fileBytes: bytes, fileStat: stat, contractVersion: 'v', mode: 'delta', batchNo: null, asOf: new Date('2025-06-01'),
    });
    const owner = await bench.store.database.connect('migrate');
    await owner.query('revoke insert on staging.reject from hushu_staging');
    await line.stage(run.id);
    expect(await bench.ledger.find(run.id)).toMatchObject({ state: 'failed', reason: { rule: 'HUSHU-WORKER-01', text: { en: 'Something went wrong (42501)' } } });
    expect(told).toEqual(['accepted 42501']);
    await owner.query('grant insert on staging.reject to hushu_staging');
    await owner.end();
    expect(await bench.ledger.decide(run.id, 'retry', { by: 'test', reason: 'mended' })).toMatchObject({ state: 'accepted' });
    await line.stage(run.id);
    expect(await bench.ledger.find(run.id)).toMatchObject({ state: 'staged', counts: { read: 27 } });
  });
});
