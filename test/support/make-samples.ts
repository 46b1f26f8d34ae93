import { parse } from 'csv-parse/sync';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedContract } from '#feeds';
import { encodeGb18030 } from './gb18030.js';
import { writeWorkbook } from './workbook.js';

/**
 * The feeds' sample deliveries, each in its supplier's own format and encoding, made from the tables in
 * `test/support/samples`. Same tables, same bytes.
 *
 * A table is CSV in UTF-8 with the supplier's columns. A line that begins with `!raw` goes into the sample
 * as it stands, broken as it is; cells beyond the header are delivered too.
 */
const TABLES = join(import.meta.dirname, 'samples');
const RAW = '!raw';
/** The fiction is delivered in every format from one table. */
const VARIANTS: Record<string, string[]> = {
  'library-card': ['library-card', 'library-card-gb18030', 'library-card-fixed', 'library-card-ndjson', 'library-card-xlsx'],
};
const EXTENSIONS: Record<FeedContract['format']['kind'], string> = { csv: 'csv', 'fixed-width': 'txt', xlsx: 'xlsx', ndjson: 'ndjson' };

export interface Sample { contract: FeedContract; file: string; bytes: Buffer }

/** The samples of those contracts that have a table, in the order of the tables; a feed may bring a sample of its own instead. */
export async function makeSamples(contracts: FeedContract[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const name of (await readdir(TABLES)).sort()) {
    const [header, ...rows] = parse(await readFile(join(TABLES, name)), { relax_column_count: true }) as string[][];
    const table = name.replace(/\.csv$/, '');
    for (const feed of VARIANTS[table] ?? [table]) {
      const contract = contracts.find((c) => c.feed === feed);
      if (contract === undefined) continue;
      const file = join(contract.folder, `sample.${EXTENSIONS[contract.format.kind]}`);
      samples.push({ contract, file, bytes: await writeSample(contract, header, rows) });
    }
  }
  return samples;
}

async function writeSample({ format }: FeedContract, header: string[], rows: string[][]): Promise<Buffer> {
  const encode = (text: string): Buffer => (format.encoding === 'gb18030' ? encodeGb18030(text) : Buffer.from(text));
  const lines = (written: string[]): Buffer => encode(written.map((line) => `${line}\r\n`).join(''));
  switch (format.kind) {
    case 'csv':
      return lines([header, ...rows].map((cells) => (cells[0] === RAW ? cells[1] : cells.map((cell) => quoted(cell, format.delimiter)).join(format.delimiter))));
    case 'ndjson':
      return Buffer.from(rows.map((cells) => `${cells[0] === RAW ? cells[1] : JSON.stringify(objectOf(header, cells))}\n`).join(''));
    case 'fixed-width':
      return Buffer.concat(rows.flatMap((cells) => [cells[0] === RAW ? encode(cells[1]) : padded(cells, format.widths ?? [], encode), Buffer.from('\r\n')]));
    case 'xlsx':
      return writeWorkbook(format.sheet ?? 'Sheet1', [header, ...rows]);
  }
}

function quoted(cell: string, delimiter: string): string {
  return /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** What a supplier has no value for is null. */
function objectOf(header: string[], cells: string[]): Record<string, string | null> {
  return Object.fromEntries(header.map((column, i) => [column, cells[i] === '' ? null : cells[i]]));
}

function padded(cells: string[], widths: number[], encode: (text: string) => Buffer): Buffer {
  return Buffer.concat(cells.map((cell, i) => {
    const bytes = encode(cell);
    if (bytes.length > widths[i]) throw new RangeError(`column ${i + 1} of a sample is wider than ${widths[i]} bytes`);
    return Buffer.concat([bytes, Buffer.alloc(widths[i] - bytes.length, 0x20)]);
  }));
}
