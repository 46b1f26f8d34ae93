import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubError } from '#kernel';
import type { FormatContract } from '../contract/contract.js';
import type { ByteSource } from './format.js';
import { formatOf } from './formats.js';
import { contractOf, readAll, type Reading, sourceOf } from './reading.fixture.js';
import { inline, sheetOf, workbook } from './xlsx.fixture.js';
import { FRAME, pack, packLong, SHEET, zipOf } from './zip.fixture.js';

const COLUMNS = ['编号', '姓名', '住址'];
const KINDS: Record<string, Partial<FormatContract>> = {
  csv: { kind: 'csv' }, 'csv gb18030': { kind: 'csv', encoding: 'gb18030' },
  'fixed width': { kind: 'fixed-width', encoding: 'gb18030', widths: [4, 8, 6] }, ndjson: { kind: 'ndjson' }, xlsx: { kind: 'xlsx' },
};

function read(kind: string, bytes: Uint8Array | string | ByteSource, limits: Partial<FormatContract['limits']> = {}): Promise<Reading> {
  const source = typeof bytes === 'string' || bytes instanceof Uint8Array ? sourceOf(bytes) : bytes;
  return readAll(formatOf(contractOf(KINDS[kind], limits), COLUMNS), source);
}

/** A refusal as its reader sees it: rule, both languages, what to do. */
async function refusal(reading: Promise<Reading>): Promise<{ rule: string; en: string }> {
  const error: unknown = await reading.then(() => 'nothing was refused', (reason: unknown) => reason);
  if (!(error instanceof HubError)) throw error instanceof Error ? error : new TypeError(String(error));
  expect(error.code).toMatch(/^HUSHU-feeds-2\d$/);
  expect(error.text.zh).toMatch(/[\u4e00-\u9fff].*。$/);
  expect(error.text.en).toMatch(/\.$/);
  expect(error.hint?.zh).toMatch(/[\u4e00-\u9fff]/);
  expect(error.hint?.en).toMatch(/^[A-Z]/);
  return { rule: (error.details as { rule: string }).rule, en: error.text.en };
}

const GB_NAMES = 'b1e0bac52cd0d5c3fb2cd7a1d6b7'; // 编号,姓名,住址
const GB_ROW = '312ccdf5ceb02cc9e7'; // 1,王伟,社
const gbFile = (rows = 20) => Buffer.from(`${GB_NAMES}0a${`${GB_ROW}0a`.repeat(rows)}`, 'hex');
const utf8File = (rows = 20) => Buffer.from(`编号,姓名,住址\n${'1,王伟,社\n'.repeat(rows)}`);

describe('what bad input gets', () => {
  it.each(Object.keys(KINDS))('an empty file: file-empty (%s)', async (kind) => {
    expect((await refusal(read(kind, ''))).rule).toBe('file-empty');
    if (kind !== 'xlsx') expect((await refusal(read(kind, '\ufeff \r\n\n'))).rule).toMatch(kind.includes('gb') || kind.startsWith('f') ? /file-e(mpty|ncoding)/ : 'file-empty');
  });

  it('a wrong encoding: file-encoding, with the name of what it looks like', async () => {
    expect(await refusal(read('csv', gbFile()))).toEqual({ rule: 'file-encoding', en: 'The contract says UTF-8; the file looks like GB18030.' });
    expect(await refusal(read('csv gb18030', utf8File()))).toEqual({ rule: 'file-encoding', en: 'The contract says GB18030; the file looks like UTF-8.' });
    expect(await refusal(read('csv gb18030', `\ufeff${'a,b\n'}`))).toEqual({ rule: 'file-encoding', en: 'The contract says GB18030; the file looks like UTF-8.' });
    expect((await refusal(read('fixed width', '1   王伟  社区    \n'.repeat(9)))).en).toMatch(/looks like UTF-8/);
    for (const utf16 of [Buffer.from(utf8File().toString(), 'utf16le'), Buffer.from(`\ufeff${utf8File().toString()}`, 'utf16le')]) {
      expect((await refusal(read('csv', utf16))).en).toMatch(/looks like UTF-16/);
      expect((await refusal(read('csv gb18030', utf16))).en).toMatch(/looks like UTF-16/);
    }
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251 | 0x80));
    expect((await refusal(read('csv', noise))).rule).toBe('file-encoding');
    expect((await refusal(read('csv gb18030', Buffer.from('ff0a'.repeat(500), 'hex')))).rule).toBe('file-encoding');
  });

  it('a wrong encoding is told from one damaged row, which is row-encoding', async () => {
    const bad8 = await read('csv', Buffer.concat([utf8File(), Buffer.from([0x31, 0x2c, 0xcd, 0xf5, 0x2c, 10]), Buffer.from('2,李,\n')]));
    expect([bad8.rows.length, bad8.bad]).toEqual([21, [{ rule: 'row-encoding', raw: '1,\ufffd\ufffd,' }]]);
    const badGb = await read('csv gb18030', Buffer.concat([gbFile(), Buffer.from([0x31, 0x2c, 0x81, 0x2c, 0x2c, 10]), Buffer.from('2,\0,\n3,a,b\n4,\xcd', 'latin1')]));
    expect(badGb.bad.map((bad) => bad.rule)).toEqual(['row-encoding', 'row-encoding', 'row-encoding']);
    expect(badGb.rows.length).toBe(21);
  });

  it('a byte order mark is no part of the first name', async () => {
    expect((await read('csv', Buffer.concat([Buffer.from('\ufeff'), utf8File()]))).columns).toEqual(COLUMNS);
    expect((await read('csv gb18030', Buffer.concat([Buffer.from('84319533', 'hex'), gbFile()]))).columns).toEqual(COLUMNS);
  });

  it('a missing column, or a file of another feed: the header reaches the sink; where there is no header, file-columns', async () => {
    expect((await read('csv', '编号,住址\n1,x\n')).columns).toEqual(['编号', '住址']);
    expect(await refusal(read('ndjson', '{"编号":"1","亲属":"x"}\n'.repeat(3)))).toEqual({ rule: 'file-columns', en: "The keys are not the contract's: unknown 亲属; missing 姓名, 住址." });
    expect(await refusal(read('fixed width', '1   xxxxxxxxyyyy\n'.repeat(3)))).toEqual({ rule: 'file-columns', en: 'A line should have 18 bytes; of the first 3, 3 have not (most have 16).' });
  });

  it('a row with too many columns: handed on as it is within the limit, row-columns beyond it', async () => {
    const within = await read('csv', '编号,姓名,住址\n1,2,3,4\n');
    expect(within.rows).toEqual([['1', '2', '3', '4']]);
    const beyond = await read('csv', `编号,姓名,住址\n${'x,'.repeat(60)}\n1,2,3\n`);
    expect(beyond.order).toEqual(['row-columns', 'row']);
  });

  it('quotes that do not come out: row-syntax for one line, whatever follows', async () => {
    const text = '编号,姓名,住址\n1,"王,x\n2,李,y\n3,"张"三,z\n4,赵,w\n5,"周\n';
    const reading = await read('csv', text);
    expect(reading.bad).toEqual([{ rule: 'row-syntax', raw: '1,"王,x' }, { rule: 'row-syntax', raw: '3,"张"三,z' }, { rule: 'row-syntax', raw: '5,"周' }]);
    expect(reading.rows.map((row) => row[0])).toEqual(['2', '4']);
    const far = await read('csv', `编号,姓名,住址\n1,"王,x\n${'2,李,y\n'.repeat(500_000)}`);
    expect([far.bad.length, far.rows.length]).toEqual([1, 500_000]);
  });

  it('a file that ends in the middle of a row: the rest of it is a row of fewer cells', async () => {
    expect((await read('csv', '编号,姓名,住址\n1,2,3\n4,王')).rows).toEqual([['1', '2', '3'], ['4', '王']]);
  });

  it.each(['csv', 'csv gb18030', 'fixed width', 'ndjson'])('a line of 10 MB: row-too-long, a short beginning kept, the next line read (%s)', async (kind) => {
    const good: Record<string, string> = { ndjson: '{"编号":"1"}\n', 'fixed width': `${'1'.padEnd(18)}\n` };
    const begin = kind === 'csv' ? 'a,b,c\n' : kind === 'csv gb18030' ? 'a,b,c\n' : '';
    const line = kind === 'ndjson' ? `{"编号":"${'王'.repeat(3_500_000)}"}\n` : `1,2,${'x'.repeat(10 << 20)}\n`;
    const row = good[kind] ?? '1,2,3\n';
    const reading = await read(kind, begin + row + line + row, { rowBytes: 1 << 16 });
    expect(reading.order).toEqual(['row', 'row-too-long', 'row']);
    expect(Buffer.byteLength(reading.bad[0].raw)).toBeLessThanOrEqual(8192);
    expect(reading.bad[0].raw).not.toContain('\ufffd');
  });

  it('a file that is no archive, or one with a password: file-format', async () => {
    expect((await refusal(read('xlsx', utf8File()))).rule).toBe('file-format');
    expect(await refusal(read('xlsx', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)])))).toEqual({ rule: 'file-format', en: 'The file has a password, or is an old .xls.' });
    const locked = Buffer.from(zipOf([...FRAME, pack(SHEET, sheetOf(inline('a')))]));
    for (let at = locked.indexOf('PK\x01\x02'); at >= 0; at = locked.indexOf('PK\x01\x02', at + 1)) locked[at + 8] |= 1;
    expect(await refusal(read('xlsx', locked))).toEqual({ rule: 'file-format', en: 'The file has a password.' });
    expect((await refusal(read('xlsx', zipOf([pack('a.txt', 'x')])))).rule).toBe('file-format');
    expect((await refusal(read('ndjson', '编号,姓名\n1,2\n'))).rule).toBe('file-format');
  });

  it('a sheet of another name: file-format, with the names there are', async () => {
    const reading = readAll(formatOf(contractOf({ kind: 'xlsx', sheet: '学生' }), COLUMNS), sourceOf(workbook(sheetOf(inline('a')))));
    expect(await refusal(reading)).toEqual({ rule: 'file-format', en: 'There is no sheet named "学生"; there are: 名册.' });
  });

  it('a truncated XLSX, cut anywhere: refused', async () => {
    const file = workbook(sheetOf(inline(...COLUMNS), ...Array.from({ length: 50 }, (_, i) => inline(`${i}`, `王${i * 7919}`, ''))));
    for (let size = 1; size < file.length; size += 7) expect((await refusal(read('xlsx', file.subarray(0, size)))).rule).toBe(size < 4 ? 'file-format' : 'file-truncated');
  });

  it('an archive whose sheet stops in the middle, or whose checksum is wrong: file-truncated', async () => {
    const half = sheetOf(inline('a'), inline('1')).slice(0, -30);
    expect((await refusal(read('xlsx', zipOf([...FRAME, pack(SHEET, half)])))).rule).toBe('file-truncated');
    expect((await refusal(read('xlsx', zipOf([...FRAME, { ...pack(SHEET, sheetOf(inline('a'))), crc: 7 }])))).rule).toBe('file-truncated');
  });

  it('a document type, or an entity from outside: file-format, and nothing is fetched', async () => {
    const entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="str"><v>&e;</v></c></row></sheetData></worksheet>';
    expect((await refusal(read('xlsx', workbook(entity)))).rule).toBe('file-format');
    expect((await refusal(read('xlsx', workbook(sheetOf('<c t="str"><v>&e;</v></c>'))))).rule).toBe('file-format');
  });

  it('more rows than the contract allows: file-bomb', async () => {
    expect((await refusal(read('csv', `a\n${'1\n'.repeat(11)}`, { rows: 10 }))).rule).toBe('file-bomb');
    expect((await refusal(read('xlsx', workbook(sheetOf(...Array<string>(12).fill(inline('1')))), { rows: 10 }))).rule).toBe('file-bomb');
    expect((await refusal(read('ndjson', '{"编号":"1"}\n'.repeat(11), { rows: 10 }))).rule).toBe('file-bomb');
    expect((await refusal(read('fixed width', `${'1'.padEnd(18)}\n`.repeat(11), { rows: 10 }))).rule).toBe('file-bomb');
  });
});

describe('a zip bomb', () => {
  const GIB = 1024;
  const memory = { base: 0, peak: 0, timer: undefined as NodeJS.Timeout | undefined };
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  /** What is held; garbage that nobody had the time to collect is not. */
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  let bomb: Buffer;
  let liar: Buffer;
  let hollow: Buffer;

  beforeAll(() => {
    const packed = packLong(SHEET, '<worksheet><sheetData><row><c t="str"><v>', 'a', GIB, '</v></c></row></sheetData></worksheet>');
    bomb = zipOf([...FRAME, packed]);
    liar = zipOf([...FRAME, { ...packed, size: 2000 }]);
    hollow = zipOf([...FRAME, packLong(SHEET, '<worksheet><sheetData><row><c t="str"><v>a</v></c></row><row>', ' ', 256, '</row></sheetData></worksheet>')]);
    memory.base = used();
    // A collection of all a test holds takes longer than what it is to watch, so it is rare.
    memory.timer = setInterval(() => (memory.peak = Math.max(memory.peak, used())), 1000);
  });

  afterAll(() => clearInterval(memory.timer));

  it('of a mebibyte is refused before it is opened', async () => {
    expect(bomb.length).toBeLessThan(1.3 * 2 ** 20);
    expect((await refusal(read('xlsx', bomb, { inflatedBytes: 2 ** 31, ratio: 200 }))).en).toMatch(/times its packed size, at most 200/);
    expect((await refusal(read('xlsx', bomb, { inflatedBytes: 2 ** 29, ratio: 10_000 }))).en).toMatch(/bytes when inflated, at most 536870912/);
  });

  it('that lies about its size is refused once it has given what it declared', async () => {
    expect((await refusal(read('xlsx', liar))).rule).toBe('file-bomb');
  });

  it('that is let through by its contract meets the limit of a row, or is read, in flat memory', async () => {
    const long = await read('xlsx', bomb, { inflatedBytes: 2 ** 31, ratio: 10_000, rowBytes: 1 << 16 }).catch((error: HubError) => error);
    expect((long as HubError).details).toMatchObject({ rule: 'file-columns', fault: 'row-too-long' });
    expect((await read('xlsx', hollow, { inflatedBytes: 2 ** 31, ratio: 10_000 })).columns).toEqual(['a']);
    expect(memory.peak).toBeGreaterThan(0);
    expect(memory.peak - memory.base).toBeLessThan(64 * 2 ** 20);
  });

  it('of parts: too many entries are refused by their number', async () => {
    const part = pack('p', '');
    expect((await refusal(read('xlsx', zipOf([...FRAME, ...Array.from({ length: 10_001 }, (_, i) => ({ ...part, name: `p${i}` }))])))).rule).toBe('file-bomb');
  });
});
