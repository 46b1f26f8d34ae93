import { columnReading, splitKept, type FeedContract } from '#feeds';
import type { Keys } from '#keys';
import type { RejectForm, RejectForms } from '../reject/reject-forms.js';
import { RAW_BYTES } from '../scan/run-outlet.js';
import type { Repairer } from './repair.js';

/** What a re-drive's own delivery is written in, whatever the feed's deliveries are. */
export const REDRIVE_FORMAT = { kind: 'csv', encoding: 'utf-8', delimiter: ',' } as const;

/** A rejected row with its line; repairs of one row are those of row `as_row` of run `as_run`. */
export interface KeptLine { row_no: number; of_run: number; of_row: number; as_run: number; as_row: number; raw: Buffer }

/** Writes rejected rows as the delivery that drives them again. */
export class RedrivenLines {
  private readonly columns: string[];
  private readonly needed: string[];
  private readonly sealer: ReturnType<Keys['sealer']>;

  constructor(contract: FeedContract, private readonly forms: RejectForms, private readonly repairer: Repairer, keys: Keys) {
    this.columns = contract.fields.map((field) => field.column);
    const { absent, empty } = columnReading(contract);
    this.needed = this.columns.filter((column) => !absent.has(column) && !empty.has(column));
    this.sealer = keys.sealer();
  }

  get header(): string {
    return `${this.columns.map(csvCell).join(',')}\n`;
  }

  /** The row's line, mended; null when it cannot be driven. */
  async of(line: KeptLine): Promise<string | null> {
    const cells = cellsOf(await this.forms.of(line.of_run), this.needed, this.sealer.openBytes(line.raw));
    if (cells === null) return null;
    this.repairer.mend(line.as_run, line.as_row, cells);
    return `${this.columns.map((column) => csvCell(cells.get(column) ?? '')).join(',')}\n`;
  }
}

/** A rejected row's values by column; null when they cannot be told apart, were kept in part, or are not the contract's any more. */
function cellsOf({ columns, format }: RejectForm, needed: readonly string[], raw: Buffer): Map<string, string> | null {
  if (raw.length >= RAW_BYTES) return null;
  if (needed.some((column) => !columns.includes(column))) return null;
  const cells = splitKept(format, columns, raw);
  return cells === null ? null : new Map(columns.map((column, i) => [column, cells[i]!]));
}

function csvCell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
