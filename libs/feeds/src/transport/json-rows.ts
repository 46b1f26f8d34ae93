import type { FieldContract } from '../contract/contract.js';

/** Bytes of NDJSON handed on at once. */
const CHUNK = 1 << 18;

/** One row as a source gives it, by the supplier's column names. */
export type SourceRow = Readonly<Record<string, unknown>>;

/**
 * Writes rows of a source as NDJSON in one way: the contract's columns in the contract's order, then what the contract
 * does not know, by name, so that the format reader tells of it. The same rows are the same bytes whatever order their
 * keys came in. What is not there stays away; null is null.
 */
export class JsonRows {
  rows = 0;
  private readonly known: ReadonlySet<string>;
  private text = '';

  private readonly columns: { column: string; opening: string }[];

  constructor(fields: readonly FieldContract[]) {
    this.known = new Set(fields.map((field) => field.column));
    this.columns = fields.map(({ column }) => ({ column, opening: `${JSON.stringify(column)}:` }));
  }

  /** @returns a chunk when enough has gathered */
  add(row: SourceRow): Buffer | null {
    return this.addLine(this.line(row));
  }

  /** One row's line, not yet added: for a source that leaves out what it delivered before. */
  line(row: SourceRow): string {
    const parts: string[] = [];
    for (const { column, opening } of this.columns) if (row[column] !== undefined) parts.push(opening + valueText(row[column]));
    for (const column of Object.keys(row).filter((name) => !this.known.has(name)).sort()) parts.push(`${JSON.stringify(column)}:${valueText(row[column])}`);
    return `{${parts.join(',')}}\n`;
  }

  addLine(line: string): Buffer | null {
    this.text += line;
    this.rows++;
    return this.text.length >= CHUNK ? this.take() : null;
  }

  /** What has gathered since, empty when nothing has. */
  take(): Buffer {
    const chunk = Buffer.from(this.text);
    this.text = '';
    return chunk;
  }
}

/** Objects and lists, which no column holds, stand as they are: the format reader rejects the row. */
function valueText(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value) ?? 'null';
}
