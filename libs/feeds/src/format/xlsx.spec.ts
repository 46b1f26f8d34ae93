import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import writeExcelFile from 'write-excel-file/node';
import { contractOf, readAll, sourceOf } from './reading.fixture.js';
import { XlsxFormat } from './xlsx.js';
import { inline, sheetOf, workbook } from './xlsx.fixture.js';
import { dayText, shownBy } from './xlsx/styles.js';

const format = new XlsxFormat(contractOf({ kind: 'xlsx' }));
const read = (bytes: Uint8Array, cuts?: number) => readAll(format, sourceOf(bytes, cuts));

describe('xlsx', () => {
  it('reads what write-excel-file writes', async () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '王', '𠮷', '&', '<', '>', '"', "'", ' ', '1'), maxLength: 8 }), fc.integer({ min: -1e9, max: 1e9 }), fc.boolean(),
    );
    await fc.assert(fc.asyncProperty(fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 }), async (rows) => {
      const file = await writeExcelFile([['学籍号', '姓名', 'c', 'd'], ...rows], { sheet: '学生' }).toBuffer();
      const reading = await readAll(new XlsxFormat(contractOf({ kind: 'xlsx', sheet: '学生' })), sourceOf(file));
      expect(reading.columns).toEqual(['学籍号', '姓名', 'c', 'd']);
      expect(reading.bad).toEqual([]);
      const expected = rows.map((row) => row.map((v) => (typeof v === 'boolean' ? (v ? 'TRUE' : 'FALSE') : String(v)))).filter((row) => row.some((c) => c !== ''));
      expect(reading.rows).toEqual(expected);
    }), { numRuns: 60 });
  });

  it('gives dates as dates go over the wire, by the style of the cell', async () => {
    const date = new Date(Date.UTC(2018, 8, 1));
    const stamp = new Date(Date.UTC(2018, 8, 1, 9, 30, 5));
    const file = await writeExcelFile([['a', 'b', 'c', 'd'], [
      { value: date, type: Date, format: 'yyyy-mm-dd' }, { value: date, type: Date, format: 'yyyy"年"m"月"' },
      { value: stamp, type: Date, format: 'yyyy-mm-dd hh:mm:ss' }, { value: 43344, type: Number, format: '0.00' },
    ]]).toBuffer();
    expect((await read(file)).rows).toEqual([['20180901', '201809', '20180901093005', '43344']]);
  });

  it('knows what a format code shows', () => {
    const codes = ['General', '0.00E+00', 'yyyy-mm-dd', '[$-804]yyyy"年"m"月"d"日";@', 'm/d/yy h:mm', 'h:mm:ss', '[h]:mm', 'yyyymm', '#,##0;[Red]-#,##0', 'm"月"d"日"', '"day "0', '@'];
    expect(codes.map(shownBy)).toEqual(['number', 'number', 'date', 'date', 'stamp', 'number', 'number', 'month', 'number', 'date', 'number', 'number']);
  });

  it('counts days as spreadsheets do', () => {
    expect([1, 59, 60, 61, 43344, 2958465, 0, 2958466, Number.NaN].map((day) => dayText(day, 'date', false)))
      .toEqual(['19000101', '19000228', '19000229', '19000301', '20180901', '99991231', undefined, undefined, undefined]);
    expect(dayText(41882, 'date', true)).toBe('20180901');
    expect(dayText(43343.9999999, 'stamp', false)).toBe('20180901000000');
  });

  it('reads shared and inline strings, prefixes, entities, CDATA, formulas, errors, gaps and spelled-out characters', async () => {
    const strings = '<x:sst xmlns:x="m"><x:si><x:t>王&amp;&#x4F1F;</x:t></x:si><x:si><x:r><x:t>李</x:t></x:r><x:r><x:t xml:space="preserve"> 娜</x:t></x:r><x:rPh><x:t>na</x:t></x:rPh></x:si><x:si><x:t/></x:si></x:sst>';
    const sheet = `<worksheet><!-- > --><sheetData>
      <row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" t="str"><v>b</v></c><c r="C2" t="str"><v>c</v></c><c r="D2" t="str"><v>d</v></c></row>
      <row r="3"/><row r="4"><c r="A4" s="9"/><c r="C4" t="s"><v>2</v></c></row>
      <row r="5"><c r="A5" t="s"><v>0</v></c><c r="B5" t="s"><v>1</v></c><c r="D5"><f>1+1</f><v>2</v></c></row>
      <row r="6"><c r="B6" t="e"><v>#N/A</v></c><c r="C6"><v>1.3800138E+10</v></c><c r="D6"><v>3.7010219990101101E+17</v></c></row>
      <row r="7"><c r="A7" t="inlineStr"><is><t><![CDATA[<x>]]>_x000D_</t></is></c><c r="E7" t="d"><v>2018-09-01T00:00:00</v></c></row>
    </sheetData></worksheet>`;
    const file = workbook(sheet, { strings });
    for (const cuts of [1, 7, 1 << 20]) {
      const reading = await read(file, cuts);
      expect(reading.columns).toEqual(['a', 'b', 'c', 'd']);
      expect(reading.rows).toEqual([['王&伟', '李 娜', '', '2'], ['', '#N/A', '13800138000', '3.7010219990101101E+17'], ['<x>\r', '', '', '', '20180901']]);
      expect(reading.raws[0]).toBe('王&伟\t李 娜\t\t2');
    }
  });

  it('names what is wrong with a row', async () => {
    const wide = contractOf({ kind: 'xlsx' }, { columns: 3, rowBytes: 100 });
    const file = workbook(sheetOf(inline('a', 'b'), inline('1', '2', '3', '4'), inline('x'.repeat(200)), '<c t="s"><v>7</v></c>', '<c r="B2" t="str"><v>1</v></c><c r="A2" t="str"><v>1</v></c>', inline('_x0000_'), inline('ok')));
    const reading = await readAll(new XlsxFormat(wide), sourceOf(file));
    expect(reading.order).toEqual(['row-columns', 'row-too-long', 'row-syntax', 'row-syntax', 'row-encoding', 'row']);
    expect(reading.rows).toEqual([['ok', '']]);
  });
});
