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
  /** Each column's place in the contract. */
  private readonly places: ReadonlyMap<string, number>;
  private readonly names: readonly string[];
  private text = '';

  constructor(private readonly fields: readonly FieldContract[]) {
    this.places = new Map(fields.map((field, place) => [field.column, place]));
    this.names = fields.map((field) => `${JSON.stringify(field.column)}:`);
  }

  /** @returns a chunk when enough has gathered */
  add(row: SourceRow): Buffer | null {
    this.text += `${this.inOrder(row) ? JSON.stringify(row) : this.ordered(row)}\n`;
    this.rows++;
    return this.text.length >= CHUNK ? this.take() : null;
  }

  /** Whether the row's keys already come as the contract has them: then it can be written as a whole, in the same bytes. */
  private inOrder(row: SourceRow): boolean {
    let last = -1;
    for (const column in row) {
      const place = this.places.get(column);
      const value = row[column];
      if (place === undefined || place <= last || (typeof value === 'object' && value !== null) || typeof value === 'bigint') return false;
      last = place;
    }
    return true;
  }

  private ordered(row: SourceRow): string {
    const parts: string[] = [];
    this.fields.forEach(({ column }, i) => { if (row[column] !== undefined) parts.push(this.names[i] + valueText(row[column])); });
    for (const column of Object.keys(row).filter((name) => !this.places.has(name)).sort()) parts.push(`${JSON.stringify(column)}:${valueText(row[column])}`);
    return `{${parts.join(',')}}`;
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
