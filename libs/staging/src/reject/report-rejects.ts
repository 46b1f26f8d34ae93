import type { Database } from '#database';
import { loadSql } from '#database';
import { gb18030Length, ROW_RULES, splitKept, writeGb18030, type FeedContract, type LineFormat } from '#feeds';
import type { Keys } from '#keys';
import { RejectForms, type RejectForm } from './reject-forms.js';

/** Rejects opened at once. */
const PAGE = 2000;

/** What a report says of each row beside what was delivered: the rules it broke with their columns, and their words. */
export const REPORT_COLUMNS = ['拒收规则', '拒收说明'] as const;

/** Bytes of these two where columns have fixed places. */
export const REPORT_WIDTHS = [80, 300] as const;

/** What of a feed's contract its report is made by. */
export type ReportedFeed = Pick<FeedContract, 'feed' | 'fields' | 'format'>;

/** `broken`: column:rule of each broken rule; `rules`: without the columns. Both with blanks between. */
interface Reported { run: number; row_no: number; raw: Buffer; broken: string; rules: string }

/**
 * The open rejects of a feed for their supplier, in the form the supplier delivers in, with REPORT_COLUMNS behind: the
 * line as it was delivered where it can stand as it is, else its cells again. A workbook becomes CSV in UTF-8. Cells a
 * spreadsheet would take for a formula are defused. What comes out holds personal data: for officers alone.
 * @yields the report's bytes
 */
export async function* reportRejects(database: Database, keys: Keys, contract: ReportedFeed, run?: number): AsyncGenerator<Buffer> {
  const format = reportFormat(contract);
  const columns = contract.fields.map((field) => field.column);
  const sealer = keys.sealer();
  if (format.kind === 'csv') yield encode(format, `${[...columns, ...REPORT_COLUMNS].map((cell) => csvCell(cell, format.delimiter)).join(format.delimiter)}\n`);
  const forms = new RejectForms(database, contract);
  for (let after: [number, number] = [0, 0]; ;) {
    const { rows } = await database.pool('staging').query<Reported>(loadSql(import.meta.dirname, 'reported'), [contract.feed, run ?? null, ...after, PAGE]);
    if (rows.length === 0) return;
    let text = '';
    for (const row of rows) text += `${lineOf(row, await forms.of(row.run), format, columns, sealer.openBytes(row.raw))}\n`;
    yield encode(format, text);
    const last = rows.at(-1)!;
    after = [last.run, last.row_no];
  }
}

/** The form a feed's report is written in: its deliveries', but for workbooks. */
export function reportFormat(contract: ReportedFeed): LineFormat {
  const { kind, encoding, delimiter, widths } = contract.format;
  if (kind === 'xlsx') return { kind: 'csv', encoding: 'utf-8', delimiter: ',' };
  return { kind, encoding, delimiter, ...(widths === undefined ? {} : { widths: [...widths, ...REPORT_WIDTHS] }) };
}

/** A report's media type, and the end of its file's name. */
export function reportForm(contract: ReportedFeed): { type: string; extension: string } {
  const { kind, encoding } = reportFormat(contract);
  if (kind === 'ndjson') return { type: 'application/x-ndjson', extension: 'ndjson' };
  return { type: `text/${kind === 'csv' ? 'csv' : 'plain'}; charset=${encoding}`, extension: kind === 'csv' ? 'csv' : 'txt' };
}

function lineOf(row: Reported, { columns: order, format: kept }: RejectForm, format: LineFormat, columns: string[], raw: Buffer): string {
  const split = splitKept(kept, order, raw);
  // A line without cells stands whole in the first one.
  const cells = split === null ? columns.map((_, i) => (i === 0 ? raw.toString('utf8') : ''))
    : columns.map((column) => split[order.indexOf(column)] ?? '');
  const said = [
    row.broken,
    [...new Set(row.rules.split(' ').map((rule) => ROW_RULES[rule]?.zh ?? rule))].join(' '),
  ];
  const asItWas = split !== null && kept.kind === format.kind && order.length === columns.length && order.every((column, i) => column === columns[i]);
  if (format.kind === 'ndjson') {
    if (asItWas) return `${raw.toString('utf8').trimEnd().replace(/\}$/, '')},${REPORT_COLUMNS.map((column, i) => `${JSON.stringify(column)}:${JSON.stringify(said[i])}`).join(',')}}`;
    return JSON.stringify(Object.fromEntries([...columns, ...REPORT_COLUMNS].map((column, i) => [column, [...cells, ...said][i]])));
  }
  if (format.kind === 'fixed-width') {
    return [...cells, ...said].map((cell, i) => place(cell.replace(/[\r\n]/g, ' '), format.widths![i]!, format.encoding)).join('');
  }
  const told = said.map((cell) => csvCell(cell, format.delimiter)).join(format.delimiter);
  if (asItWas && kept.delimiter === format.delimiter && !cells.some(isFormula)) return `${raw.toString('utf8')}${format.delimiter}${told}`;
  return `${cells.map((cell) => csvCell(isFormula(cell) ? `'${cell}` : cell, format.delimiter)).join(format.delimiter)}${format.delimiter}${told}`;
}

/** What a spreadsheet computes when it opens a file; a plain number is none. */
function isFormula(cell: string): boolean {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell.trim());
}

function csvCell(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Cut to whole characters and padded to its bytes. */
function place(cell: string, width: number, encoding: LineFormat['encoding']): string {
  const lengthOf = (text: string) => (encoding === 'gb18030' ? gb18030Length(text) : Buffer.byteLength(text));
  let taken = '';
  let bytes = 0;
  for (const character of cell) {
    const more = lengthOf(character);
    if (bytes + more > width) break;
    taken += character;
    bytes += more;
  }
  return taken + ' '.repeat(width - bytes);
}

function encode(format: LineFormat, text: string): Buffer {
  if (format.encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.allocUnsafe(text.length * 4);
  return bytes.subarray(0, writeGb18030(bytes, 0, text));
}
