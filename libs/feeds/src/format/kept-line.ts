import type { FormatContract } from '../contract/contract.js';
import { FlatObject } from './flat-object.js';
import { gb18030Length } from './write-gb18030.js';

/** As much of a format as tells the cells of one of its lines apart. */
export interface LineFormat extends Pick<FormatContract, 'kind' | 'encoding' | 'delimiter' | 'widths'> {
  /** ndjson: other names of columns, and keys nobody reads. */
  aliases?: Record<string, string>;
  ignored?: string[];
}

/**
 * The cells of one line as a reader of the format gave it to its sink, in UTF-8: what a reject keeps. Of a workbook
 * these are cells with tabs between; of fixed places they are counted in bytes of the delivery's own encoding.
 * @param columns the delivery's columns in its order
 * @returns null when the line does not come to one cell a column
 */
export function splitKept(format: LineFormat, columns: readonly string[], line: Buffer): string[] | null {
  const cells = format.kind === 'ndjson' ? splitObject(format, columns, line) : splitText(format, line.toString('utf8'));
  return cells !== null && cells.length === columns.length ? cells : null;
}

function splitText(format: LineFormat, line: string): string[] | null {
  if (format.kind === 'xlsx') return line.split('\t');
  return format.kind === 'csv' ? splitCsv(line, format.delimiter) : splitPlaces(line, format.widths ?? [], format.encoding);
}

function splitObject({ aliases, ignored }: LineFormat, columns: readonly string[], line: Buffer): string[] | null {
  // Behind the line there is room for strings with escapes in them.
  const bytes = Buffer.concat([line, Buffer.alloc(line.length)]);
  const object = new FlatObject([...columns], line.length, { aliases: new Map(Object.entries(aliases ?? {})), ignored: new Set(ignored) });
  if (object.read(bytes, 0, line.length) !== 'row') return null;
  return columns.map((_, i) => bytes.toString('utf8', object.starts[i], object.ends[i]));
}

/** RFC 4180 as csv.ts reads it: a quote inside an unquoted cell is itself. */
function splitCsv(line: string, delimiter: string): string[] | null {
  const cells: string[] = [];
  for (let at = 0; ;) {
    let end: number;
    if (line[at] === '"') {
      end = at + 1;
      while (end < line.length && (line[end] !== '"' || line[end + 1] === '"')) end += line[end] === '"' ? 2 : 1;
      if (end >= line.length) return null;
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      end++;
      if (end < line.length && line[end] !== delimiter) return null;
    } else {
      const found = line.indexOf(delimiter, at);
      end = found < 0 ? line.length : found;
      cells.push(line.slice(at, end));
    }
    if (end >= line.length) return cells;
    at = end + 1;
  }
}

function splitPlaces(line: string, widths: readonly number[], encoding: FormatContract['encoding']): string[] | null {
  const cells: string[] = [];
  let cell = '';
  let bytes = 0;
  for (const character of line) {
    cell += character;
    bytes += encoding === 'gb18030' ? gb18030Length(character) : Buffer.byteLength(character);
    const width = widths[cells.length];
    if (width === undefined || bytes > width) return null;
    if (bytes < width) continue;
    cells.push(cell);
    cell = '';
    bytes = 0;
  }
  return cell === '' ? cells : null;
}
