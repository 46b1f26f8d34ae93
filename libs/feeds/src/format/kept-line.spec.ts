import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readContracts } from '../contract/read-contract.js';
import { CsvFormat } from './csv.js';
import { fileSource } from './file-source.js';
import { formatOf } from './formats.js';
import { splitKept } from './kept-line.js';
import { contractOf, readAll, sourceOf } from './reading.fixture.js';

const ROOT = join(import.meta.dirname, '../../../..');

describe('a kept line', () => {
  it('of every format comes apart as its reader took it apart', async () => {
    for (const config of ['test', 'config']) {
      const { contracts } = await readContracts(join(ROOT, config));
      for (const contract of contracts) {
        const sample = readdirSync(contract.folder).find((name) => name.startsWith('sample.'))!;
        const reading = await readAll(formatOf(contract.format, contract.fields.map((field) => field.column)), await fileSource(join(contract.folder, sample)));
        expect(reading.rows.length).toBeGreaterThan(3);
        expect(reading.raws.map((raw) => splitKept(contract.format, reading.columns, Buffer.from(raw)))).toEqual(reading.rows.map((cells) => (cells.length === reading.columns.length ? cells : null)));
      }
    }
  });

  it('of CSV: whatever stands in its cells', async () => {
    const format = contractOf();
    const cell = fc.array(fc.constantFrom('a', '王', '"', ',', '\n', ' ', '\r'), { maxLength: 5 }).map((parts) => parts.join(''));
    await fc.assert(fc.asyncProperty(fc.array(cell, { minLength: 2, maxLength: 4 }), async (cells) => {
      const columns = cells.map((_, i) => `c${i}`);
      const written = cells.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',');
      const { raws: [raw] } = await readAll(new CsvFormat(format), sourceOf(`${columns.join(',')}\n${written}\n`));
      expect(splitKept(format, columns, Buffer.from(raw!))).toEqual(cells);
    }), { numRuns: 300 });
  });

  it('is nothing where it does not come to a cell a column', () => {
    expect(splitKept(contractOf(), ['a', 'b'], Buffer.from('1,2,3'))).toBeNull();
    expect(splitKept(contractOf(), ['a', 'b'], Buffer.from('1,"2'))).toBeNull();
    expect(splitKept(contractOf({ kind: 'ndjson' }), ['a'], Buffer.from('{"a":1,"b":2}'))).toBeNull();
    expect(splitKept(contractOf({ kind: 'xlsx' }), ['a', 'b'], Buffer.from('1\ta\tb'))).toBeNull();
    expect(splitKept(contractOf({ kind: 'fixed-width', widths: [2, 2] }), ['a', 'b'], Buffer.from('112'))).toBeNull();
    expect(splitKept(contractOf({ kind: 'fixed-width', widths: [2, 2] }), ['a', 'b'], Buffer.from('1王'))).toBeNull();
  });
});
