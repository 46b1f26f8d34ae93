import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contestedFile, insuredFile, insuredRows, MEDICAL } from '../../../../test/support/deliveries.js';
import { StagingBench } from '../../../../test/support/staging.js';
import { tryDelivery, type Trial } from './try-delivery.js';

describe('a delivery that is tried', () => {
  const rows = insuredRows(30);
  let bench: StagingBench, folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-try-'));
    bench = await StagingBench.open('config');
    await bench.deliver(MEDICAL, write('first.csv', insuredFile(rows)));
  });
  afterAll(async () => {
    await bench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function write(name: string, bytes: Uint8Array): string {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  }
  const tried = (bytes: Uint8Array): Promise<Trial> => tryDelivery({
    database: bench.store.database, catalogue: bench.catalogue, keys: bench.keys, feed: MEDICAL, file: write('tried.csv', bytes), asOf: new Date('2025-06-02T00:00:00Z'),
  });

  it('is what holds', async () => {
    expect(await tried(insuredFile(rows))).toMatchObject({ counts: { read: 30, unchanged: 30, staged: 0, rejected: 0 }, contestedKeys: 0 });
  });

  it('names the keys whose rows contradict or repeat one that holds', async () => {
    expect(await tried(contestedFile(rows))).toMatchObject({ counts: { read: 33, unchanged: 30, duplicate: 1, staged: 2, rejected: 0 }, contestedKeys: 2 });
  });
});
