import type { FeedCodes } from './code-map.js';
import type { FeedContract, FieldContract } from './contract.js';

/** A contract and its code lists as plain data, to be kept beside what was made by them. */
export interface ContractDefinition extends Omit<FeedContract, 'asOf' | 'folder'> {
  asOf: { fileName: string };
  /** list → how it is read: the supplier's code → the hub's; `hub`: all there are. */
  codes: Record<string, { own: boolean; entries: Record<string, string>; hub?: string[] }>;
}

/** What differs between two versions of a contract. Codes are at most 50 a list and kind. */
export interface ContractChanges {
  columns: { added: string[]; removed: string[]; changed: { column: string; parts: string[] }[] };
  codes: { list: string; added: string[]; removed: string[]; remapped: string[] }[];
  /** Other parts of the contract that read differently, by their names in feed.yaml. */
  parts: string[];
}

const MOST_CODES = 50;
/** Said in more detail, or following from the rest. */
const ELSEWHERE = new Set(['feed', 'version', 'fields', 'codes']);

export function definitionOf({ folder: _folder, asOf, ...contract }: FeedContract, codes: FeedCodes): ContractDefinition {
  return {
    ...contract, asOf: { fileName: asOf.fileName.source },
    codes: Object.fromEntries([...codes].map(([list, { own, entries, hub }]) => [list, { own, entries: Object.fromEntries(entries), hub: [...hub] }])),
  };
}

/** Undefined where there was nothing before: then everything is new. */
export function contractChanges(before: ContractDefinition | undefined, after: ContractDefinition): ContractChanges | undefined {
  if (before === undefined) return undefined;
  const old = new Map(before.fields.map((field) => [field.column, field]));
  const now = new Map(after.fields.map((field) => [field.column, field]));
  return {
    columns: {
      added: [...now.keys()].filter((column) => !old.has(column)),
      removed: [...old.keys()].filter((column) => !now.has(column)),
      changed: [...now].flatMap(([column, field]) => {
        const parts = old.has(column) ? differing(old.get(column)!, field) : [];
        return parts.length === 0 ? [] : [{ column, parts }];
      }),
    },
    codes: [...new Set([...Object.keys(before.codes), ...Object.keys(after.codes)])].sort().flatMap((list) => {
      const [was, is] = [before.codes[list]?.entries ?? {}, after.codes[list]?.entries ?? {}];
      const change = {
        list,
        added: Object.keys(is).filter((code) => !(code in was)).slice(0, MOST_CODES),
        removed: Object.keys(was).filter((code) => !(code in is)).slice(0, MOST_CODES),
        remapped: Object.keys(is).filter((code) => code in was && was[code] !== is[code]).slice(0, MOST_CODES),
      };
      return change.added.length + change.removed.length + change.remapped.length === 0 ? [] : [change];
    }),
    parts: differing(before, after).filter((part) => !ELSEWHERE.has(part)),
  };
}

function differing(before: ContractDefinition | FieldContract, after: ContractDefinition | FieldContract): string[] {
  const [was, is] = [before, after] as unknown as Record<string, unknown>[];
  return [...new Set([...Object.keys(was!), ...Object.keys(is!)])].filter((part) => text(was![part]) !== text(is![part]));
}

/** The same text for the same content, in whatever order the store gives keys back. */
function text(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => (inner !== null && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
}
