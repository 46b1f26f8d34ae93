import { HubError, type Text } from '#kernel';
import type { FeedContract } from '#feeds';
import type { FeedSource, Moment } from './feed-source.js';

/** Supplier code of each hub code, by column; null where the column is no code. */
type ToSupplier = ReadonlyMap<string, string> | null;

/** A feed's columns in the contract's order, each with the cell that fills it and the codes its supplier writes. */
export class SupplierSheet {
  readonly columns: string[];
  private readonly cells: ((record: unknown, moment: Moment) => string)[];
  private readonly codes: ToSupplier[];

  /** @throws HubError when the contract asks for a column, or uses a code list, that the simulator cannot fill */
  constructor(
    readonly contract: FeedContract,
    codes: ReadonlyMap<string, { entries: ReadonlyMap<string, string> }>,
    readonly source: FeedSource,
  ) {
    this.columns = contract.fields.map((field) => field.column);
    this.cells = contract.fields.map((field) => {
      const cell = source.cells[field.column] as ((record: unknown, moment: Moment) => string) | undefined;
      if (cell) return cell;
      if (field.column === contract.operation?.field) return (_record, moment) => this.operation(moment);
      if (field.required) {
        throw fault({
          zh: `模拟器不会填写数据源 ${contract.feed} 的必填列“${field.column}”。`,
          en: `The simulator has nothing for ${contract.feed}'s required column "${field.column}".`,
        });
      }
      return () => '';
    });
    this.codes = contract.fields.map((field) => {
      if (field.type !== 'code') return null;
      const turned = new Map<string, string>();
      // Where a supplier has several words for one code, the first is the usual one.
      for (const [supplier, hub] of codes.get(field.codes ?? '')?.entries ?? []) if (!turned.has(hub)) turned.set(hub, supplier);
      return turned;
    });
  }

  /** @param out receives one value a column */
  fill(record: unknown, moment: Moment, out: string[]): void {
    for (let i = 0; i < this.cells.length; i++) {
      const value = this.cells[i](record, moment);
      const codes = this.codes[i];
      out[i] = codes === null || value === '' ? value : codes.get(value) ?? this.broader(i, value, codes);
    }
  }

  /** The supplier's word for a hub code, if there is one. */
  word(column: number, hub: string): string | null {
    return this.codes[column]?.get(hub) ?? null;
  }

  /** A code the supplier has no word for is told by a broader one, or by "other". */
  private broader(column: number, hub: string, codes: ReadonlyMap<string, string>): string {
    const found = codes.get(`${hub.slice(0, -1)}0`) ?? codes.get('999') ?? codes.get('99') ?? codes.get('97') ?? codes.get('90') ?? codes.get('9');
    if (found === undefined) {
      throw fault({
        zh: `数据源 ${this.contract.feed} 的列“${this.columns[column]}”没有与代码 ${hub} 对应的来源代码。`,
        en: `${this.contract.feed}'s column "${this.columns[column]}" has no supplier code for ${hub}.`,
      });
    }
    (codes as Map<string, string>).set(hub, found);
    return found;
  }

  private operation(moment: Moment): string {
    return this.contract.operation![moment.operation];
  }
}

function fault(text: Text): HubError {
  return new HubError({ code: 'HUSHU-POPULATION-02', ...text, retry: false });
}
