import { afterAll, describe, expect, it } from '@jest/globals';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { writeGb18030 } from '#feeds';
import { openTable } from './table-file.js';
import { faultOf, readTable, TableFolder } from './table.fixture.js';

const folder = new TableFolder();
afterAll(() => folder.remove());

const read = (content: string | Uint8Array, columns?: string[]) => readTable(folder.file(content), columns);
const fault = (content: string | Uint8Array, columns?: string[]) => faultOf(read(content, columns));

function gb18030(text: string): Buffer {
  const bytes = Buffer.alloc(text.length * 4);
  return bytes.subarray(0, writeGb18030(bytes, 0, text));
}

describe('a table in separated text', () => {
  it('takes names and values written with spaces round them, quotes and all', async () => {
    const { columns, rows } = await read('rec_id, given_name, "sur name"\r\nr-1,  harley , "mc carthy"\r\nr-2,," kept "\r\n\r\nr-3,"say ""hi""",x');
    expect(columns).toEqual(['rec_id', 'given_name', 'sur name']);
    expect(rows).toEqual([['r-1', 'harley', 'mc carthy'], ['r-2', '', ' kept '], ['r-3', 'say "hi"', 'x']]);
  });

  it.each([[','], [';'], ['\t'], ['|']])('finds the separator %j', async (separator) => {
    const { columns, rows } = await read(`${['id', '"a,b;c|d\te"', 'name'].join(separator)}\n${['1', '2', '王'].join(separator)}\n`);
    expect(columns).toEqual(['id', 'a,b;c|d\te', 'name']);
    expect(rows).toEqual([['1', '2', '王']]);
  });

  it('gives the asked columns in the asked order, one of them twice, whatever the characters', async () => {
    const text = 'a,b,c,d\n𠮷田,é,"王 ""二""",x\n1,2,3,4\n';
    expect((await read(text, ['d', 'a', 'c', 'a'])).rows).toEqual([['x', '𠮷田', '王 "二"', '𠮷田'], ['4', '1', '3', '1']]);
  });

  it('reads what csv-parse reads', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '7', '王', '𠮷', 'é', ',', '"', '\n', ' '), maxLength: 6 });
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 9 }), async (cells) => {
      const text = ['x,y,z', ...cells.map((row) => row.map((value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(','))].join('\n');
      const own = (await read(text)).rows;
      const theirs = parse(text, { trim: true, from_line: 2 }) as string[][];
      expect(own).toEqual(theirs);
    }), { numRuns: 200 });
  });

  it('tells UTF-8 from GB18030 even where the first of it comes late', async () => {
    const ascii = `id,name\n${'1,abcdefghijklmnopqrstuvwxyz\n'.repeat(60_000)}`;
    for (const bytes of [gb18030(`${ascii}2,王二\n`), Buffer.from(`\ufeff${ascii}2,王二\n`)]) {
      const { columns, rows, batches } = await read(bytes);
      expect(columns).toEqual(['id', 'name']);
      expect(rows).toHaveLength(60_001);
      expect(rows[60_000]).toEqual(['2', '王二']);
      expect(Math.max(...batches)).toBeLessThanOrEqual(4096 * 2);
    }
    expect((await read(gb18030('编号,姓名\n一,王小明\n'))).columns).toEqual(['编号', '姓名']);
  });

  it('never gives more than some thousand rows at a time', async () => {
    const { rows, batches } = await read(`a\n${'1\n'.repeat(100_000)}`);
    expect(rows).toHaveLength(100_000);
    expect(Math.max(...batches)).toBeLessThanOrEqual(4096);
  });

  it('reads gzip by what it is, in several members too, from the first row each time', async () => {
    const file = folder.file(Buffer.concat([gzipSync('id\tname\n1\t王\n'), gzipSync('2\t李\n')]), 'named.anything');
    const table = await openTable(file);
    for await (const batch of table.rows(['name'])) {
      expect(batch[0]).toEqual(['王']);
      break;
    }
    const names: string[] = [];
    for await (const batch of table.rows(['name'])) names.push(...batch.flat());
    expect(names).toEqual(['王', '李']);
    await table.close();
  });

  it('follows a link', async () => {
    const link = join(folder.place, 'link');
    symlinkSync(folder.file('a,b\n1,2\n'), link);
    expect((await readTable(link)).rows).toEqual([['1', '2']]);
  });

  it('leaves a column without a name out', async () => {
    expect(await read(',a,\n0,1,\n')).toMatchObject({ columns: ['a'], rows: [['1']] });
  });
});

describe('a file that is no table', () => {
  const long = 'x'.repeat(80);
  const zipped = gzipSync(`a,b\n${Array.from({ length: 9000 }, (_, i) => `${i * 7919 % 9973},${i}`).join('\n')}\n`);
  const broken = Buffer.from(zipped);
  broken[broken.length - 6] ^= 0xff;

  it.each<[string, string | Uint8Array, string, string]>([
    ['is empty', '', 'HUSHU-LINKAGE-23', 'empty'],
    ['is blank', '\n \n', 'HUSHU-LINKAGE-23', 'empty'],
    ['is an empty gzip', gzipSync(''), 'HUSHU-LINKAGE-23', 'empty'],
    ['has a header only', 'a,b\n', 'HUSHU-LINKAGE-23', 'no row'],
    ['has a header and blank lines', 'a,b\r\n\r\n\r\n', 'HUSHU-LINKAGE-23', 'no row'],
    ['names a column twice', 'a, b,a ,b\n1,2,3,4\n', 'HUSHU-LINKAGE-24', 'twice: a, b'],
    ['names no column', ',,\n1,2,3\n', 'HUSHU-LINKAGE-24', 'names no column'],
    ['has a header that cannot be read', '"a"b,c\n1,2\n', 'HUSHU-LINKAGE-24', 'header line'],
    ['is UTF-16', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'HUSHU-LINKAGE-25', 'UTF-16'],
    ['is of no known encoding', Buffer.from('a\xff\xff,b\n1,\xff\xff\n', 'latin1'), 'HUSHU-LINKAGE-25', 'neither'],
    ['is a workbook', Buffer.from('PK\x03\x04................', 'latin1'), 'HUSHU-LINKAGE-22', 'XLSX'],
    ['is JSON', '{"a": 1}\n', 'HUSHU-LINKAGE-22', 'JSON'],
    ['is Parquet under gzip', gzipSync('PAR1........'), 'HUSHU-LINKAGE-22', 'parquet'],
    ['is half a gzip', zipped.subarray(0, zipped.length >> 1), 'HUSHU-LINKAGE-26', 'gzip'],
    ['is a gzip with a wrong sum', broken, 'HUSHU-LINKAGE-26', 'gzip'],
    ['is a gzip of a few bytes', gzipSync('a,b\n1,2\n').subarray(0, 12), 'HUSHU-LINKAGE-26', 'gzip'],
    ['has a row with too many fields', 'a,b\n1,2\n1,2,3\n', 'HUSHU-LINKAGE-27', 'row 3'],
    ['has a row with too few fields', 'a,b\n1,2\n\n1\n', 'HUSHU-LINKAGE-27', 'row 4'],
    ['has something behind a quote', 'a,b\n"1"x,2\n', 'HUSHU-LINKAGE-27', 'row 2'],
    ['never closes a quote', `a,b\n1,2\n3,"4\n${long}\n${long}\n`, 'HUSHU-LINKAGE-27', 'row 3'],
    ['changes its encoding', Buffer.concat([Buffer.from('a,b\n1,王小明\n1,王小明\n1,王小明\n'), gb18030('2,李四\n')]), 'HUSHU-LINKAGE-27', 'row 5'],
  ])('%s', async (_, content, code, said) => {
    const error = await fault(content);
    expect(error).toMatchObject({ code, hint: { zh: expect.stringMatching(/./), en: expect.stringMatching(/./) } });
    expect(error.text.en).toContain(said);
    expect(error.text.en).toContain(folder.place);
    expect(error.text.zh).toContain(folder.place);
  });

  it('is not there, or is a folder', async () => {
    for (const path of [join(folder.place, 'none.csv'), folder.place]) expect(await faultOf(readTable(path))).toMatchObject({ code: 'HUSHU-LINKAGE-21' });
  });

  it('lacks a column that is asked for', async () => {
    const error = await fault('a,b\n1,2\n', ['b', 'c', 'd']);
    expect(error).toMatchObject({ code: 'HUSHU-LINKAGE-28', details: { missing: ['c', 'd'], columns: ['a', 'b'] } });
    expect(error.text.en).toContain('its columns are a, b');
  });

  it('is told without a value of a row', async () => {
    const error = await fault('id,name\n370306195808130037,王小明,x\n');
    expect(JSON.stringify(error)).not.toMatch(/3703|王/);
  });
});
