import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HubError } from '#kernel';
import type { FormatContract } from '../contract/contract.js';
import { formatOf } from './formats.js';
import { contractOf, readAll, sourceOf } from './reading.fixture.js';
import { inline, sheetOf, workbook } from './xlsx.fixture.js';

const COLUMNS = ['编号', '姓名', '住址'];
const ROW_RULES = ['row', 'row-columns', 'row-too-long', 'row-encoding', 'row-syntax'];
const FILE_RULES = ['file-empty', 'file-columns', 'file-encoding', 'file-truncated', 'file-bomb', 'file-format'];
const GB = Buffer.from('b1e0bac52cd0d5c3fb2cd7a1d6b70a312ccdf5ceb02cc9e70a'.repeat(3), 'hex');
const whole = (bytes: Buffer): Uint8Array => bytes;
const STRINGS = '<sst><si><t>李&amp;</t></si></sst>';
const STYLES = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>';
const SHEET = sheetOf(inline(...COLUMNS), inline('1', '王', 'x'), '<c t="s"><v>0</v></c><c r="C3" s="0"><f>1</f><v>43344</v></c>');
/** What is damaged, and how it becomes a file. */
const FILES: [string, Partial<FormatContract>, Uint8Array, (damaged: Buffer) => Uint8Array][] = [
  ['csv', { kind: 'csv' }, Buffer.from('编号,姓名,住址\n1,"王""伟",x\r\n2,李,"多\n行"\n'.repeat(3)), whole],
  ['csv gb18030', { kind: 'csv', encoding: 'gb18030' }, GB, whole],
  ['fixed-width', { kind: 'fixed-width', encoding: 'gb18030', widths: [7, 8] }, GB, whole],
  ['ndjson', { kind: 'ndjson' }, Buffer.from('{"编号":"1","姓名":"王\\u4f1f","住址":null}\n{"编号":2.5,"姓名":true}\n'.repeat(3)), whole],
  ['xlsx', { kind: 'xlsx' }, workbook(SHEET, { strings: STRINGS, styles: STYLES }), whole],
  ['the sheet of an xlsx', { kind: 'xlsx' }, Buffer.from(SHEET), (damaged) => workbook(damaged, { strings: STRINGS, styles: STYLES })],
  ['the strings of an xlsx', { kind: 'xlsx' }, Buffer.from(STRINGS), (damaged) => workbook(SHEET, { strings: damaged })],
];

/** A byte changed, cut out or put in. */
const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), kind: fc.constantFrom('set', 'cut', 'put'), byte: fc.integer({ min: 0, max: 255 }), length: fc.integer({ min: 1, max: 20 }) });

describe('a damaged file', () => {
  it.each(FILES)('is read or refused by a named rule, never anything else (%s)', async (_, part, file, wrap) => {
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 200 }), async (changes, step) => {
      let bytes = Buffer.from(file);
      for (const { at, kind, byte, length } of changes) {
        const place = Math.floor(at * bytes.length);
        if (kind === 'set') bytes[place] = byte;
        else if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + length)]);
        else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.alloc(length, byte), bytes.subarray(place)]);
      }
      const format = formatOf(contractOf(part, { rowBytes: 200 }), COLUMNS);
      try {
        const reading = await readAll(format, sourceOf(wrap(bytes), step));
        for (const rule of reading.order) expect(ROW_RULES).toContain(rule);
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        expect(FILE_RULES).toContain((error.details as { rule: string }).rule);
      }
      // Packing a workbook anew each time costs ten times as much as reading it.
    }), { numRuns: wrap === whole ? 1500 : 300 });
  });
});
