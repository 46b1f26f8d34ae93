import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { feedRelation } from '#feeds';
import { listRejects } from '#staging';
import { parse } from 'yaml';
import { StagingBench } from '../support/staging.js';

interface Expected {
  asOf: string;
  counts: Record<string, number>;
  rejects?: { row: number; field: string | null; rule: string }[];
  warnings?: { row: number; field: string; rule: string }[];
  staged?: Record<string, unknown>[];
}

const root = resolve(import.meta.dirname, '../..');

// Every feed's sample, read by the engine as its contract says, gives exactly what stands in expected.yaml beside it.
describe.each([['the fiction', join(root, 'test')], ['the district', join(root, 'config')]])('%s', (_name, configDir) => {
  let bench: StagingBench;
  beforeAll(async () => { bench = await StagingBench.open(configDir); });
  afterAll(() => bench.close());

  const folders = readdirSync(join(configDir, 'feeds'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  it.each(folders)('%s: its sample is staged and rejected as expected', async (feed) => {
    const folder = join(configDir, 'feeds', feed);
    const expected = parse(readFileSync(join(folder, 'expected.yaml'), 'utf8')) as Expected;
    const sample = readdirSync(folder).find((name) => name.startsWith('sample.'))!;
    const run = await bench.deliver(feed, join(folder, sample), { asOf: new Date(`${expected.asOf}T00:00:00+08:00`), apply: false });
    const rejects = (await listRejects(bench.store.database, bench.keys, { run: run.id })).map(({ rowNo, field, rule }) => ({ row: rowNo, field, rule }));
    expect(rejects).toEqual(expected.rejects ?? []);
    expect(run).toMatchObject({ counts: expected.counts });

    const warned: Record<string, number> = {};
    for (const { field, rule } of expected.warnings ?? []) warned[`${field}:${rule}`] = (warned[`${field}:${rule}`] ?? 0) + 1;
    expect(run.warnings).toEqual(warned);

    const contract = bench.catalogue.get(feed);
    for (const { row, role, ...values } of expected.staged ?? []) {
      const index = contract.roles.findIndex((one) => one.role === role);
      const [staged] = await bench.rows<Record<string, unknown>>(
        `select * from staging.${feedRelation(feed)}_r${run.id} where row_no = $1 ${index < 0 ? '' : `and role = ${index}`}`, [row]);
      expect({ ...staged, row, role }).toMatchObject({ row, role, ...values });
    }
  });
});
