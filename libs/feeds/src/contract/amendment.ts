import { createHash } from 'node:crypto';
import type { CodeMap, FeedCodes } from './code-map.js';
import type { ContractDefinition } from './contract-definition.js';
import type { FeedContract, FieldType } from './contract.js';

/**
 * One thing people settled about what a supplier changed, on top of the folder's contract. None of them changes a
 * table: what is read is still the contract's fields.
 */
export type Amendment =
  /** A delivered column that nobody reads. */
  | { kind: 'ignore'; column: string }
  /** A column of the contract that may be missing: it is empty then. */
  | { kind: 'absent'; column: string }
  /** A column of the contract, delivered under another name too. */
  | { kind: 'alias'; column: string; delivered: string }
  /** A column that is not read whatever stands in it, while the contract gives it this type. */
  | { kind: 'empty'; column: string; type: FieldType }
  /** A supplier's code of a list. */
  | { kind: 'code'; list: string; supplier: string; hub: string };

/** What a contract was before it was amended, and by what. */
export interface Amended { folderVersion: string; amendments: Amendment[] }

/** How the columns of a delivery become the contract's. */
export interface ColumnReading {
  /** Delivered name → the contract's column. */
  aliases: ReadonlyMap<string, string>;
  ignored: ReadonlySet<string>;
  absent: ReadonlySet<string>;
  empty: ReadonlySet<string>;
}

/** A version of its own for a contract with its amendments, in whatever order they were made. */
export function amendedVersion(folderVersion: string, amendments: readonly Amendment[]): string {
  return createHash('sm3').update(`${folderVersion}\n${amendments.map(textOf).sort().join('\n')}`).digest('hex');
}

/** The contract and its codes as amended. Amendments the folder has taken up itself, or has no place for any more, fall away. */
export function amend(contract: FeedContract, codes: FeedCodes, amendments: readonly Amendment[]): { contract: FeedContract; codes: FeedCodes } {
  const standing = distinct(amendments).filter((one) => stands(one, contract, codes));
  if (standing.length === 0) return { contract, codes };
  return {
    contract: { ...contract, version: amendedVersion(contract.version, standing), amended: { folderVersion: contract.version, amendments: standing } },
    codes: new Map([...codes].map(([list, map]): [string, CodeMap] => [list, { ...map, entries: new Map([...map.entries, ...codesOf(list, standing)]) }])),
  };
}

/** The same of a contract that is kept as data: further amendments on top of those it has. */
export function amendDefinition(definition: ContractDefinition, further: readonly Amendment[]): ContractDefinition {
  const amendments = distinct([...definition.amended?.amendments ?? [], ...further]);
  const folderVersion = definition.amended?.folderVersion ?? definition.version;
  return {
    ...definition, version: amendedVersion(folderVersion, amendments), amended: { folderVersion, amendments },
    codes: Object.fromEntries(Object.entries(definition.codes).map(([list, map]) => [list, { ...map, entries: { ...map.entries, ...Object.fromEntries(codesOf(list, amendments)) } }])),
  };
}

export function columnReading({ amended }: Pick<FeedContract, 'amended'>): ColumnReading {
  const amendments = amended?.amendments ?? [];
  const columns = (kind: 'ignore' | 'absent' | 'empty') => new Set(amendments.flatMap((one) => (one.kind === kind ? [one.column] : [])));
  return {
    aliases: new Map(amendments.flatMap((one) => (one.kind === 'alias' ? [[one.delivered, one.column] as const] : []))),
    ignored: columns('ignore'), absent: columns('absent'), empty: columns('empty'),
  };
}

/** Whether an amendment still says something the folder does not, about something the folder has. */
function stands(one: Amendment, contract: FeedContract, codes: FeedCodes): boolean {
  const field = (column: string) => contract.fields.find((candidate) => candidate.column === column);
  switch (one.kind) {
    case 'ignore': return field(one.column) === undefined;
    case 'absent': return field(one.column)?.required === false;
    case 'alias': return field(one.column) !== undefined && field(one.delivered) === undefined && calledInTable(contract, one.column) !== one.delivered;
    case 'empty': return field(one.column)?.type === one.type && !field(one.column)!.required;
    case 'code': {
      const map = codes.get(one.list);
      return map !== undefined && !map.entries.has(one.supplier) && map.hub.has(one.hub);
    }
  }
}

/** What the folder says a column is called in the supplier's table, where it says so. */
function calledInTable({ transport: { columns } }: FeedContract, column: string): unknown {
  return columns instanceof Map ? columns.get(column) : undefined;
}

function codesOf(list: string, amendments: readonly Amendment[]): [string, string][] {
  return amendments.flatMap((one) => (one.kind === 'code' && one.list === list ? [[one.supplier, one.hub] as [string, string]] : []));
}

/** Each once; of two that speak of the same thing the later. */
function distinct(amendments: readonly Amendment[]): Amendment[] {
  return [...new Map(amendments.map((one) => [aboutOf(one), one])).values()];
}

function aboutOf(one: Amendment): string {
  switch (one.kind) {
    case 'alias': return JSON.stringify([one.kind, one.delivered]);
    case 'code': return JSON.stringify([one.kind, one.list, one.supplier]);
    default: return JSON.stringify([one.kind, one.column]);
  }
}

/** The same text for the same amendment, in whatever order the store gives its keys back. */
function textOf(one: Amendment): string {
  return JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
}
