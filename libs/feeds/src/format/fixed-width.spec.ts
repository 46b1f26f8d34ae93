import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FixedWidthFormat } from './fixed-width.js';
import { contractOf, readAll, sourceOf } from './reading.fixture.js';

const WIDTHS = [4, 8, 6];
const format = new FixedWidthFormat(contractOf({ kind: 'fixed-width', encoding: 'gb18030', widths: WIDTHS }), ['编号', '姓名', '备注']);
/** GB2312 of the few characters used here. */
const CODES: Record<string, string> = { 王: 'cdf5', 伟: 'ceb0', 社: 'c9e7' };
const encode = (text: string): Buffer => Buffer.concat([...text].map((c) => (CODES[c] ? Buffer.from(CODES[c], 'hex') : Buffer.from(c, 'latin1'))));
const pad = (text: string, width: number): Buffer => Buffer.concat([encode(text), Buffer.alloc(width, ' ')]).subarray(0, width);
const line = (cells: string[], end = '\n'): Buffer => Buffer.concat([...cells.map((cell, i) => pad(cell, WIDTHS[i])), Buffer.from(end)]);

describe('fixed width', () => {
  it('gives back the cells that were written, wherever the chunks are cut', async () => {
    const cell = (width: number) => fc.array(fc.constantFrom('a', '9', ' ', '王', '社'), { maxLength: width }).map((cs) => cs.join('')).filter((s) => encode(s).length <= width);
    const row = fc.tuple(cell(3).map((s) => `1${s}`), cell(8), cell(6));
    await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), fc.boolean(), fc.array(fc.nat(90)), async (rows, returns, cuts) => {
      const bytes = Buffer.concat(rows.map((cells) => line(cells, returns ? '\r\n' : '\n')));
      const reading = await readAll(format, sourceOf(bytes, cuts));
      expect(reading.bad).toEqual([]);
      expect(reading.columns).toEqual(['编号', '姓名', '备注']);
      expect(reading.rows.map((cells) => cells.map((c) => c.trimEnd()))).toEqual(rows.map((cells) => cells.map((c) => c.trimEnd())));
      expect(reading.raws).toEqual(reading.rows.map((cells) => cells.join('')));
    }), { numRuns: 1000 });
  });

  it('keeps the padding and reads a last line without an end', async () => {
    const reading = await readAll(format, sourceOf(line(['1', '王伟', 'x'], '')));
    expect(reading.rows).toEqual([['1   ', '王伟    ', 'x     ']]);
  });

  it('names what is wrong with a line', async () => {
    const good = line(['1', '王伟', '']);
    const torn = Buffer.concat([Buffer.from('1  \xcd', 'latin1'), Buffer.from('\xf5aaaaaaabbbbbb\n', 'latin1')]);
    const nul = Buffer.from('1   \0aaaaaaabbbbbb\n', 'latin1');
    const bytes = Buffer.concat([good, good, good, good, good, Buffer.from('short\n'), torn, nul, Buffer.alloc(3000, 'x'), Buffer.from('\n'), good, Buffer.from('\n\n')]);
    const reading = await readAll(format, sourceOf(bytes));
    expect(reading.order).toEqual([...Array<string>(5).fill('row'), 'row-columns', 'row-encoding', 'row-encoding', 'row-too-long', 'row']);
    expect(reading.bad[0].raw).toBe('short');
  });
});
