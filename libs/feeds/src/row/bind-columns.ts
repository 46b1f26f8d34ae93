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
export function bindColumns(fields: readonly Field[], reading: ColumnReading, header: readonly string[]): Bound {
  const { places, missing, unknown } = bindNames(fields.map((field) => field.contract.column), reading, header);
  for (const field of fields) field.cell = places.get(field.contract.column) ?? -1;
  return { missing, unknown, cells: new Set(header).size };
}

/** The same of names alone: where each of the contract's columns that is read stands among those that are there. */
export function bindNames(columns: readonly string[], { aliases, ignored, absent, empty }: ColumnReading, header: readonly string[]): Omit<Bound, 'cells'> & { places: ReadonlyMap<string, number> } {
  const known = new Set(columns);
  const there = new Map(header.map((column, i) => [column, i]));
  // Under its own name before another.
  for (const [delivered, column] of aliases) if (!there.has(column) && there.has(delivered)) there.set(column, there.get(delivered)!);
  return {
    places: new Map(columns.flatMap((column) => (!empty.has(column) && there.has(column) ? [[column, there.get(column)!] as const] : []))),
    missing: [...known].filter((column) => !there.has(column) && !absent.has(column) && !empty.has(column)),
    unknown: [...new Set(header.filter((column) => !known.has(column) && !ignored.has(column) && !aliases.has(column)))],
  };
}
