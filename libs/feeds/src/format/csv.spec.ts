import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvFormat } from './csv.js';
import { contractOf, readAll, sourceOf } from './reading.fixture.js';

const csv = new CsvFormat(contractOf());
const read = (text: string | Uint8Array, cuts?: number[] | number) => readAll(csv, sourceOf(text, cuts));

/** Cells with everything that matters to a splitter in them. */
const content = fc.string({ unit: fc.constantFrom('a', '7', '王', '𠮷', ',', '"', '\n', '\r\n', ' ', '|'), maxLength: 6 });
const line = fc.array(fc.record({ text: content, quoted: fc.boolean() }), { minLength: 1, maxLength: 5 });
const written = (cell: { text: string; quoted: boolean }): string =>
  cell.quoted || /[",\r\n]/.test(cell.text) ? `"${cell.text.replaceAll('"', '""')}"` : cell.text;

describe('csv', () => {
  it('reads what csv-parse reads, wherever the chunks are cut', async () => {
    await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), fc.boolean(), fc.boolean(), fc.array(fc.nat(400), { maxLength: 5 }),
      async (lines, returns, ended, cuts) => {
        const end = returns ? '\r\n' : '\n';
        const text = ['表头,b,c', ...lines.map((cells) => cells.map(written).join(','))].join(end) + (ended ? end : '');
        const [columns, ...rows] = parse(text, { relax_column_count: true, skip_empty_lines: true }) as string[][];
        const reading = await read(text, cuts);
        expect(reading.columns).toEqual(columns);
        expect(reading.bad).toEqual([]);
        // csv-parse drops every empty line, this one those at the end.
        expect(reading.rows.filter((row) => row.length > 1 || row[0] !== '')).toEqual(rows.filter((row) => row.length > 1 || row[0] !== ''));
      }), { numRuns: 2000 });
  });

  it('gives the same at every single cut', async () => {
    const text = '\ufeffa,b,c\r\n1,"x ""y"" z",王\r\n"多\n行",,"""q"""\r\n\r\n"bad"x,1,2\n4,5,"𠮷"\n';
    const whole = await read(text);
    expect(whole.rows).toEqual([['1', 'x "y" z', '王'], ['多\n行', '', '"q"'], [''], ['4', '5', '𠮷']]);
    expect(whole.bad).toEqual([{ rule: 'row-syntax', raw: '"bad"x,1,2' }]);
    expect(whole.raws[0]).toBe('1,"x ""y"" z",王');
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut++) expect(await read(bytes, [cut])).toEqual({ ...whole, drains: expect.anything() });
    for (let step = 1; step < 9; step++) expect(await read(bytes, step)).toEqual({ ...whole, drains: expect.anything() });
  });
});
