import type { Text } from '#kernel';
import type { Amended } from './amendment.js';

/**
 * A feed contract: everything the hub knows of one supplier's deliveries, read whole from
 * `config/feeds/<feed>/feed.yaml`. Field names are the supplier's own column names; `as` is the
 * hub's column name (snake_case). Nothing outside the folder needs to change when a feed is added.
 */
export interface FeedContract {
  feed: string;
  title: Text;
  supplier: Text & { id: string };
  origin: 'local' | 'city-return' | 'province-return';
  /** Absence from a feed that is not `complete` answers unknown, never no. */
  coverage: 'complete' | 'local' | 'partial';
  /** `kind` names the transport; what else stands there is the transport's own. */
  transport: { kind: string; [option: string]: unknown };
  format: FormatContract;
  mode: 'full' | 'delta';
  /** Where the supplier's business time stands: a pattern on the file's name whose first group is YYYYMMDD[HHMMSS]. */
  asOf: { fileName: RegExp };
  schedule: Schedule;
  /** Days after which the newest delivery counts as overdue. */
  freshness: { overdueAfterDays: number };
  /** Shares 0..1: a full delivery that would remove more than `shrink` of the current rows is held; so is one that rejects more than `rejects`. */
  limits: { shrink: number; rejects: number };
  /** Shares below which a measure warns or fails; where nothing is said the dimension's own hold. */
  quality: QualityContract[];
  /** Supplier columns that name a source record. */
  key: string[];
  /** The change stamp of a row, where the supplier sends one. */
  stamp?: string;
  /** How a delta row says what it does. */
  operation?: { field: string; add: string; change: string; remove: string };
  /** This feed is the master register (one feed of a district only). */
  spine: boolean;
  fields: FieldContract[];
  roles: RoleContract[];
  facts: FactContract[];
  checks: CheckContract[];
  /** What linkage may use, of any role. */
  identifies: IdentityPart[];
  supplies: SupplyContract[];
  folder: string;
  /** The SM3, hex, of all files of the folder that shape behaviour (feed.yaml and codes), and of what amends them. */
  version: string;
  /** What people settled on top of the folder; missing when nothing stands. */
  amended?: Amended;
}

/** When a supplier delivers, in Beijing time. */
export interface Schedule {
  every: 'hour' | 'day' | 'week' | 'month' | 'term';
  /** HH:MM, 06:00 when missing; of `hour` the minutes count. */
  at?: string;
  /** week: 1 (Monday) to 7; month and term: day of the month, its last where it is shorter. 1 when missing; 20 of a term. */
  day?: number;
  /** What becomes of a slot that passed while nobody could fetch: one fetch as soon as may be, or none until the next slot. */
  late?: 'catch-up' | 'skip';
}

export interface FormatContract {
  kind: 'csv' | 'fixed-width' | 'xlsx' | 'ndjson';
  encoding: 'utf-8' | 'gb18030';
  delimiter: string;
  /** fixed-width: bytes of each column in file order, as delivered; a line is their sum. */
  widths?: number[];
  /** xlsx: the sheet's name; the first sheet when missing. */
  sheet?: string;
  limits: { rowBytes: number; rows: number; columns: number; inflatedBytes: number; ratio: number };
}

export type OnFail = 'reject' | 'warn' | 'block';

export interface FieldContract {
  /** The supplier's column. */
  column: string;
  as: string;
  title: string;
  type: FieldType;
  required: boolean;
  /** reject the row; warn: keep the row without the value; block: hold the delivery. */
  on_fail: OnFail;
  /** text, name, address: longest in characters. */
  max?: number;
  /** code: the code list's name; the feed's codes/<name>.csv maps supplier to hub, else the hub's own list is taken as it is. */
  codes?: string;
  /** document: the column that holds the kind, or a fixed hub kind. */
  kind?: { column: string } | { is: string };
  /** date: may lie after the delivery's asOf. */
  future?: boolean;
  /** number: a document's or phone's number. A text of this class (a key that holds an id number) is tokenised whole into source_key and never stored as a column. */
  protection: 'normal' | 'personal' | 'sensitive' | 'number';
}

export type FieldType =
  | 'text' | 'code' | 'date' | 'month' | 'stamp' | 'integer' | 'decimal'
  | 'division' | 'name' | 'phone' | 'address' | 'document';

export type IdentityPart = 'document' | 'name' | 'formerName' | 'sex' | 'birthDate' | 'phone' | 'address' | 'division';

/** Of whom a row speaks; each part names a supplier column. A row with neither document nor name for a role says nothing of that role. */
export interface RoleContract {
  role: string;
  title: Text;
  document?: string;
  name?: string;
  formerName?: string;
  sex?: string;
  /** A sex fixed by the role itself (husband: '1'). */
  sexIs?: string;
  birthDate?: string;
  phone?: string;
  address?: string;
  addressCode?: string;
  division?: string;
  /** Whether this role's staged row carries the row's payload columns; the first role's always does. */
  payload: boolean;
}

export interface FactContract { kind: 'presence' | 'entitlement'; role: string; from?: string; to?: string; seen?: string }

/** A threshold on one dimension of quality: of one column, or of the feed as a whole. */
export interface QualityContract { dimension: string; field?: string; warn: number; fail: number }

export interface CheckContract { rule: string; on_fail: OnFail; scope: 'row' | 'delivery'; [option: string]: unknown }

/** What a feed gives to one facet of the unified record, of one role. */
export interface SupplyContract {
  facet: string;
  role: string;
  /** Lower wins. */
  precedence: number;
  /** attribute (camelCase) → supplier column. */
  attributes: Record<string, string>;
  /** Supplier column with the date from which the row's values are so. */
  since?: string;
  /** Supplier column with the date from which the row's values are so no longer: once it has come the row supplies nothing. */
  until?: string;
  /** Supplier columns by which the latest of several rows of one person is chosen, most telling first; greatest wins. */
  latest: string[];
  /** Only rows whose column holds one of these hub codes are supplied. */
  when?: { column: string; in: string[] };
}

/** One fault of a contract, where it stands and how to cure it. */
export interface ContractFault { file: string; line: number; rule: string; text: Text }
