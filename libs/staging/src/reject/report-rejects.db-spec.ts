import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileSource, formatOf, ROW_RULES, type FormatContract, type RowSink } from '#feeds';
import { StagingBench } from '../../../../test/support/staging.js';
import { REPORT_COLUMNS, reportFormat, reportRejects } from './report-rejects.js';

const ROOT = join(import.meta.dirname, '../../../..');

describe('a report of rejects', () => {
  let bench: StagingBench;
  beforeAll(async () => { bench = await StagingBench.open(join(ROOT, 'test')); });
  afterAll(() => bench.close());

  const report = async (feed: string): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const part of reportRejects(bench.store.database, bench.keys, bench.catalogue.get(feed))) parts.push(Buffer.from(part));
    return Buffer.concat(parts);
  };
  const read = async (format: FormatContract, columns: string[], file: string): Promise<{ columns: string[]; rows: string[][]; bad: number }> => {
    const seen = { columns: [] as string[], rows: [] as string[][], bad: 0 };
    const sink: RowSink = {
      header: (names) => { seen.columns = names; },
      row: (bytes, starts, ends, cells) => { seen.rows.push(Array.from({ length: cells }, (_, i) => bytes.toString('utf8', starts[i], ends[i]))); },
      bad: () => { seen.bad++; },
      drain: async () => undefined,
    };
    await formatOf(format, columns).read(await fileSource(file), sink);
    return seen;
  };

  it.each(['library-card', 'library-card-gb18030', 'library-card-fixed', 'library-card-ndjson', 'library-card-xlsx'])('of %s can be read as the supplier\'s own deliveries are', async (feed) => {
    const contract = bench.catalogue.get(feed);
    const sample = { 'fixed-width': 'sample.txt', csv: 'sample.csv', ndjson: 'sample.ndjson', xlsx: 'sample.xlsx' }[contract.format.kind];
    const run = await bench.deliver(feed, join(contract.folder, sample));
    expect(run.counts.rejected).toBeGreaterThan(5);
    const file = join(bench.folder, `${feed}.report`);
    writeFileSync(file, await report(feed));
    const columns = contract.fields.map((field) => field.column);
    const format = { ...contract.format, ...reportFormat(contract) };
    const told = await read(format, [...columns, ...REPORT_COLUMNS], file);
    expect(told.bad).toBe(0);
    expect(told.columns).toEqual([...columns, ...REPORT_COLUMNS]);
    const rejected = await bench.rows<{ row_no: number; rule: string }>('select row_no, rule from staging.reject where run = $1 and ordinal = 0 order by row_no', [run.id]);
    expect(told.rows.map((cells) => cells.at(-2)!.trim().split(' ')[0]!.replace(/^.*:/, ''))).toEqual(rejected.map(({ rule }) => rule));
    expect(told.rows.map((cells) => cells.at(-1)!.trim().startsWith(ROW_RULES[rejected[0]!.rule]!.zh.slice(0, 5)))).toContain(true);
    // What was delivered stands there as it was delivered.
    const delivered = await read(contract.format, columns, join(contract.folder, sample));
    expect(told.rows.map((cells) => cells.slice(0, -2).map((cell) => cell.trim()))).toEqual(rejected.map(({ row_no }) => delivered.rows[row_no - 1]!.map((cell) => cell.trim())));
    if (feed !== 'library-card') return;
    const lines = readFileSync(join(contract.folder, sample), 'utf8').split(/\r?\n/);
    const reported = (await report(feed)).toString().split('\n');
    expect(reported.slice(1, -1).map((line, i) => line.startsWith(`${lines[rejected[i]!.row_no]},`))).toEqual(rejected.map(() => true));
  });

  it('defuses what a spreadsheet would compute, and keeps a line without cells whole', async () => {
    const [header] = readFileSync(join(ROOT, 'test/feeds/library-card/sample.csv'), 'utf8').split('\n');
    const file = join(bench.folder, 'formula.csv');
    writeFileSync(file, `${header}\nLC1,Z,,=cmd()|x,,男,19990909,370399001,,书院路1号,,NO,正常,20200101,,,-1,-12.5,,,,20260530101500,增\nLC2,"never closed\n`);
    const run = await bench.deliver('library-card', file, { asOf: new Date('2026-06-01T00:00:00Z') });
    expect(run).toMatchObject({ state: 'published', counts: { rejected: 2 } });
    const text = (await report('library-card')).toString();
    expect(text).toContain(`LC1,Z,,'=cmd()|x,,男`);
    expect(text).toContain(',-1,-12.5,');
    expect(text).toContain('"LC2,""never closed",');
  });
});
