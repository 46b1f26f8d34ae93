import type { FeedContract, FieldContract, RoleContract } from '../contract/contract.js';

/** What every staged row of people has, whatever the feed; linkage's input. */
const IDENTITY_COLUMNS: StagedColumn[] = [
  { name: 'document_kind', type: 'text', comment: "hub code of the document's kind; not null means that subject_key is the document's token" },
  { name: 'name', type: 'text', comment: 'name as delivered' },
  { name: 'name_fold', type: 'text', comment: 'name folded for comparing; null when equal to name' },
  { name: 'former_name', type: 'text', comment: 'former name as delivered' },
  { name: 'sex', type: 'text', comment: 'GB/T 2261.1' },
  { name: 'birth_date', type: 'date', comment: 'birth date as delivered, never filled from the document' },
  { name: 'phone', type: 'uuid', comment: 'token of the phone number' },
  { name: 'address', type: 'text', comment: 'address as delivered' },
  { name: 'address_key', type: 'int8', comment: 'hash of the normalised address; null where the feed supplies no address' },
  { name: 'address_code', type: 'text', comment: 'standard address code as delivered' },
  { name: 'division', type: 'text', comment: 'division of residence or registration as delivered' },
];
const PLACE_COLUMNS: StagedColumn[] = [
  { name: 'address_key', type: 'int8', comment: 'hash of the normalised address' },
];
const LEDGER_COLUMNS: StagedColumn[] = [
  { name: 'row_no', type: 'int4', comment: 'row of its delivery, from 1, header not counted' },
  { name: 'row_hash', type: 'int8', comment: 'seeded hash of the row as delivered' },
  { name: 'warn', type: 'int4', comment: 'bits of the warnings the row raised' },
  { name: 'run', type: 'int4', comment: 'the run that brought this version' },
  { name: 'stamp', type: 'timestamp', comment: "supplier's change stamp" },
];

export interface StagedColumn { name: string; type: string; comment: string }

/** Column types by field type; a spec holds them to `ValueType.column`. */
export const COLUMN_TYPES: Record<FieldContract['type'], string> = {
  text: 'text', code: 'text', date: 'date', month: 'date', stamp: 'timestamp', integer: 'int4', decimal: 'text',
  division: 'text', name: 'text', phone: 'uuid', address: 'text', document: 'uuid',
};

const ROLE_PARTS = ['document', 'name', 'formerName', 'sex', 'birthDate', 'phone', 'address', 'addressCode', 'division'] as const;

/**
 * The fields that become payload columns: all but the stamp, the operation and what the first role's
 * identity columns hold already. Where several roles carry the payload (a marriage) the first role's
 * parts stay in it, so that each party's row tells of the other.
 */
export function payloadFields(contract: FeedContract): FieldContract[] {
  const held = new Set<string | undefined>([contract.stamp, contract.operation?.field]);
  const [first, ...others] = contract.roles;
  if (first !== undefined && !others.some((role) => role.payload)) for (const part of ROLE_PARTS) held.add(first[part]);
  // A text that holds a document number (a student number is G and the id number) lives in source_key, tokenised whole, and nowhere else.
  return contract.fields.filter((field) => !held.has(field.column) && !(field.type === 'text' && field.protection === 'number'));
}

/** The payload column of a field: its `as`, marked where every staged row has a column of that name. */
export function payloadColumn(contract: FeedContract, field: FieldContract): string {
  const standing = contract.roles.length > 0 ? IDENTITY_COLUMNS : PLACE_COLUMNS;
  return [...standing, ...LEDGER_COLUMNS].some((c) => c.name === field.as) ? `${field.as}_value` : field.as;
}

/** Every column of a feed's staged rows, in the order they are copied. */
export function stagedColumns(contract: FeedContract): StagedColumn[] {
  const sourceKey = { name: 'source_key', type: 'uuid', comment: "token of the supplier's own key" };
  const head = contract.roles.length === 0 ? [sourceKey] : [
    { name: 'subject_key', type: 'uuid', comment: 'token of the document number, or of feed, source key and role where there is none' },
    sourceKey,
    { name: 'role', type: 'int2', comment: `whom the row speaks of: ${contract.roles.map((r, i) => `${i} ${r.role}`).join(', ')}` },
  ];
  const payload = payloadFields(contract).map((field) => ({
    name: payloadColumn(contract, field),
    type: COLUMN_TYPES[field.type],
    comment: `${field.title} · ${field.column}`,
  }));
  return [...head, ...LEDGER_COLUMNS, ...(contract.roles.length === 0 ? PLACE_COLUMNS : IDENTITY_COLUMNS), ...payload];
}

/**
 * Where a supplier column's value lies in the staged row of one role: an identity column, the stamp or a
 * payload column. Everything downstream that names a staged value asks here.
 * @returns null when that role's row does not hold the column
 */
export function stagedColumnOf(contract: FeedContract, role: RoleContract, column: string): string | null {
  for (const part of ROLE_PARTS) {
    if (role[part] === column) return part === 'document' ? 'subject_key' : IDENTITY_OF[part];
  }
  if (column === contract.stamp) return 'stamp';
  if (!role.payload && role !== contract.roles[0]) return null;
  const field = payloadFields(contract).find((f) => f.column === column);
  return field === undefined ? null : payloadColumn(contract, field);
}

const IDENTITY_OF: Record<Exclude<(typeof ROLE_PARTS)[number], 'document'>, string> = {
  name: 'name', formerName: 'former_name', sex: 'sex', birthDate: 'birth_date', phone: 'phone',
  address: 'address', addressCode: 'address_code', division: 'division',
};
