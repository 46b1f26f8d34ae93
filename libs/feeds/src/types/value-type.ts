import type { FieldContract } from '../contract/contract.js';
import type { CopyWriter } from '../row/copy-writer.js';
import type { Slots } from '../row/slots.js';

/** What a value type may need to know beside its field. */
export interface TypeContext {
  /** Supplier code → hub code, of the field's code list. */
  codes: ReadonlyMap<string, string>;
  divisions: DivisionRule;
  /** The last date that is not in the future, as yyyymmdd; set for each delivery. */
  latest: { date: number };
}

export interface DivisionRule {
  /** Every code of the hub's list, 2 to 12 digits. */
  known: ReadonlySet<string>;
  /** County prefixes whose towns and villages are all listed. */
  detailed: ReadonlySet<string>;
}

/** A field's compiled reader and writer. `read` gets trimmed, non-empty UTF-8 bytes and fills slot `i`. */
export interface FieldCodec {
  /** @returns the broken rule's name, or null */
  read(bytes: Buffer, start: number, end: number, slots: Slots, i: number): string | null;
  /** Writes the slot as one COPY BINARY column. */
  write(out: CopyWriter, row: Buffer, slots: Slots, i: number): void;
  /** The hub code a slot holds; code fields only. */
  hubCode?(slots: Slots, i: number): string | null;
}

/** One value type, one file; the only code a new type needs. */
export interface ValueType {
  /** The PostgreSQL type of its column. */
  column: string;
  compile(field: FieldContract, context: TypeContext): FieldCodec;
}
