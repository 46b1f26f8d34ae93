import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StagingBench } from '../../../../test/support/staging.js';
import { listUnmeasured, measureRun } from './measure-run.js';

/** The fiction's library cards: a library counts its readers. */
const FEED = 'library-card';

describe('what is measured after a run', () => {
  let bench: StagingBench;
  beforeAll(async () => { bench = await StagingBench.open('test'); });
  afterAll(() => bench.close());

  it('counts what is filled, rejected, repeated and contradicted, and knows the share before', async () => {
    const contract = bench.catalogue.get(FEED);
    const sample = join(contract.folder, 'sample.csv');
    const run = await bench.deliver(FEED, sample, { mode: 'full' });
    expect(run.state).toBe('published');
    expect(await listUnmeasured(bench.store.database)).toEqual([run.id]);
    const measures = await measureRun(bench.store.database, contract, run);
    expect(await listUnmeasured(bench.store.database)).toEqual([]);
    const of = (dimension: string, field = '') => measures.find((one) => one.dimension === dimension && one.field === field);
    expect(of('validity')).toMatchObject({ good: run.counts.read - run.counts.rejected, total: run.counts.read });
    const rejected = await bench.rows<{ field: string; rows: number }>(
      'select field, count(distinct row_no)::int as rows from staging.reject where run = $1 and field is not null group by field', [run.id]);
    expect(rejected.length).toBeGreaterThan(0);
    for (const { field, rows } of rejected) expect(of('validity', field)).toMatchObject({ good: run.counts.read - rows });
    // Every column that stands in a row has its share filled, and it is what the rows say.
    const filled = measures.filter(({ dimension }) => dimension === 'completeness');
    expect(filled.length).toBeGreaterThan(3);
    const [{ named, all }] = await bench.rows<{ named: number; all: number }>('select count(name)::int as named, count(*)::int as all from staging.library_card where role = 0');
    const nameColumn = contract.roles[0].name!;
    expect(of('completeness', nameColumn)).toMatchObject({ good: named, total: all });

    // The same people, without their phone numbers or whatever else may be empty: the share falls, and it is said.
    const optional = contract.fields.find(({ column, required, type }) => !required && type !== 'document' && column !== contract.stamp && (of('completeness', column)?.value ?? 0) > 0.3)!;
    const { readFile } = await import('node:fs/promises');
    const lines = (await readFile(sample, 'utf8')).replace(/^\ufeff/, '').split(/\r?\n/);
    const at = lines[0].split(',').indexOf(optional.column);
    expect(at).toBeGreaterThanOrEqual(0);
    const emptied = lines.map((line, i) => (i === 0 || line.includes('"') ? line : line.split(',').map((cell, n) => (n === at ? '' : cell)).join(',')));
    const file = join(bench.folder, 'emptied.csv');
    await writeFile(file, emptied.join('\n'));
    const second = await bench.deliver(FEED, file, { mode: 'full', asOf: new Date('2025-06-02T00:00:00Z') });
    expect(second.state).toBe('published');
    const again = await measureRun(bench.store.database, contract, second);
    const share = again.find((one) => one.dimension === 'completeness' && one.field === optional.column)!;
    expect(share.before).toBe(of('completeness', optional.column)!.value);
    expect(share.value).toBeLessThan(share.before!);
    expect(share).toMatchObject({ level: 'warn', because: 'jump' });
  });
});
