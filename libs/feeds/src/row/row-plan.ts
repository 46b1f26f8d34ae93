import type { AddressPlaces } from '#kernel';
import type { FeedContract, FieldContract, RoleContract } from '../contract/contract.js';
import type { DocumentFacts } from '../types/document.js';
import { VALUE_TYPES } from '../types/types.js';
import type { DivisionRule, FieldCodec } from '../types/value-type.js';

/** Code lists and place names a feed's rows are read by. */
export interface RowContext {
  /** Supplier code → hub code, by field column. */
  codes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  divisions: DivisionRule;
  /** The district's division names, for normalising addresses. */
  places: AddressPlaces;
}

/** Warnings as bits of `warn`, in this order for ever. */
export const WARNINGS = [
  'required', 'text-length', 'date-shape', 'date-real', 'date-future', 'month-shape', 'stamp-shape', 'number-shape',
  'code-unmapped', 'division-unknown', 'document-shape', 'citizen-id-shape', 'citizen-id-check', 'citizen-id-date',
  'name-shape', 'phone-shape', 'birth-date-differs', 'sex-differs',
];

/** A column of the contract, ready to be read; `cell` is its place in this delivery. */
export interface Field {
  contract: FieldContract;
  codec: FieldCodec;
  cell: number;
  required: boolean;
  rejects: boolean;
  /** document fields: index of the kind's field, or -1 with `fixedKind`. */
  kindField: number;
  fixedKind: string;
  facts: DocumentFacts | null;
}

/** Whom a row speaks of: fields by index, -1 where the contract names none. */
export interface Role {
  contract: RoleContract;
  suffix: Buffer;
  document: number;
  name: number;
  formerName: number;
  sex: number;
  sexIs: Buffer | null;
  birthDate: number;
  phone: number;
  address: number;
  addressCode: number;
  division: number;
  keyed: boolean;
  payload: boolean;
}

/** @param latest last date that is not in the future, yyyymmdd; may change between rows */
export function compileFields(contract: FeedContract, context: RowContext, latest: { date: number }): Field[] {
  const at = placesOf(contract);
  return contract.fields.map((field) => ({
    contract: field,
    codec: VALUE_TYPES[field.type].compile(field, { codes: context.codes.get(field.column) ?? new Map(), divisions: context.divisions, latest }),
    cell: -1,
    required: field.required,
    rejects: field.on_fail !== 'warn',
    kindField: field.kind !== undefined && 'column' in field.kind ? at(field.kind.column) : -1,
    fixedKind: field.kind !== undefined && 'is' in field.kind ? field.kind.is : '',
    facts: field.type === 'document' ? { kind: '', birthDate: 0, sex: '' } : null,
  }));
}

export function compileRoles(contract: FeedContract): Role[] {
  const at = placesOf(contract);
  const supplied = new Set(contract.supplies.flatMap((s) => Object.values(s.attributes)));
  return contract.roles.map((role, i) => ({
    contract: role, suffix: Buffer.from(`\x1f${role.role}`),
    document: at(role.document), name: at(role.name), formerName: at(role.formerName), sex: at(role.sex),
    sexIs: role.sexIs === undefined ? null : Buffer.from(role.sexIs), birthDate: at(role.birthDate), phone: at(role.phone),
    address: at(role.address), addressCode: at(role.addressCode), division: at(role.division),
    keyed: role.address !== undefined && supplied.has(role.address), payload: role.payload || i === 0,
  }));
}

/** Where a column stands in the contract, -1 for none. */
export function placesOf(contract: FeedContract): (column: string | undefined) => number {
  const index = new Map(contract.fields.map((field, i) => [field.column, i]));
  return (column) => (column === undefined ? -1 : index.get(column) ?? -1);
}

/** Where the fields stand that are to be kept. */
export function indexes(fields: Field[], keep: (field: Field) => boolean): number[] {
  return fields.flatMap((field, i) => (keep(field) ? [i] : []));
}
