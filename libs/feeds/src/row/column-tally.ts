import type { Field } from './row-plan.js';

/** What the values of one column were like in the rows that were looked into. */
export interface ColumnTally {
  column: string;
  /** Values that were not empty. */
  filled: number;
  /** Those that broke a rule, by rule. */
  broken: ReadonlyMap<string, number>;
  /** Codes nobody mapped, by how often they stood there; null when there were too many different ones to be a list. */
  unmapped: ReadonlyMap<string, number> | null;
}

/** Different codes of a column that are told apart; more are no codes. */
const MOST_CODES = 50;
/** Bytes of what can still be a code. */
const LONGEST_CODE = 48;

/** Counts values and broken rules by column while rows are read; nothing of it leaves but through `columns`. */
export class Tally {
  private readonly filled: Float64Array;
  private readonly broken: Map<string, number>[];
  private readonly unmapped: (Map<string, number> | null)[];

  constructor(private readonly fields: readonly Field[]) {
    this.filled = new Float64Array(fields.length);
    this.broken = fields.map(() => new Map<string, number>());
    this.unmapped = fields.map(() => new Map<string, number>());
  }

  value(i: number): void {
    this.filled[i]++;
  }

  fault(i: number, rule: string, bytes: Buffer, start: number, end: number): void {
    const broken = this.broken[i];
    broken.set(rule, (broken.get(rule) ?? 0) + 1);
    const codes = this.unmapped[i];
    if (rule !== 'code-unmapped' || codes === null) return;
    const code = end - start > LONGEST_CODE ? null : bytes.toString('utf8', start, end);
    if (code === null || (!codes.has(code) && codes.size >= MOST_CODES)) this.unmapped[i] = null;
    else codes.set(code, (codes.get(code) ?? 0) + 1);
  }

  columns(): ColumnTally[] {
    return this.fields.map(({ contract }, i) => ({ column: contract.column, filled: this.filled[i], broken: this.broken[i], unmapped: this.unmapped[i] }));
  }
}
