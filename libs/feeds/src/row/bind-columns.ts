import type { ColumnReading } from '../contract/amendment.js';
import type { Field } from './row-plan.js';

/** What a delivery's header comes to. */
export interface Bound {
  /** Columns of the contract that are not there, and of the delivery that nobody knows. */
  missing: string[];
  unknown: string[];
  /** Cells a row has. */
  cells: number;
}

/** Finds each field's cell in the delivery's own column order, by what was amended; -1 for those that are not read. */
export function bindColumns(fields: readonly Field[], { aliases, ignored, absent, empty }: ColumnReading, header: readonly string[]): Bound {
  const known = new Set(fields.map((field) => field.contract.column));
  const places = new Map(header.map((column, i) => [column, i]));
  // Under its own name before another.
  for (const [delivered, column] of aliases) if (!places.has(column) && places.has(delivered)) places.set(column, places.get(delivered)!);
  for (const field of fields) field.cell = empty.has(field.contract.column) ? -1 : places.get(field.contract.column) ?? -1;
  const strange = new Set(header.filter((column) => !known.has(column) && !ignored.has(column) && !aliases.has(column)));
  return {
    missing: [...known].filter((column) => !places.has(column) && !absent.has(column) && !empty.has(column)),
    unknown: [...strange],
    cells: new Set(header).size,
  };
}
