import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { columnReading } from '../contract/amendment.js';
import type { FeedContract, FieldContract, FieldType } from '../contract/contract.js';
import type { Shape } from '../contract/contract-shape.js';
import { bindNames } from '../row/bind-columns.js';
import { transportFault } from './fault.js';
import type { SourceColumn, TransportContext } from './transport.js';

const text: Shape = { is: 'text' };
/** A name, or schema and name; written exactly as the database holds it. */
const tableName = /^[\p{L}_][\p{L}\p{N}_$]{0,63}(\.[\p{L}_][\p{L}\p{N}_$]{0,63})?$/u;

/** What a contract says of a table it is delivered by. There is no free SQL: the supplier makes a view of what it wants to hand over. */
export const TABLE_OPTIONS: Extract<Shape, { is: 'keys' }> = {
  is: 'keys',
  required: { host: text, database: text, table: { is: 'text', like: tableName }, user: text, credential: text },
  optional: {
    port: { is: 'integer', min: 1, max: 65_535 },
    tls: { is: 'flag-or', other: { is: 'keys', required: { ca: text } } },
    columns: { is: 'entries', of: text, min: 1 },
    stamp: text,
    overlapSeconds: { is: 'integer', min: 0, max: 7 * 86_400 },
  },
};

interface TableOptions {
  host: string;
  port?: number;
  database: string;
  table: string;
  user: string;
  credential: string;
  tls?: boolean | { ca: string };
  /** The contract's column → the table's. */
  columns?: ReadonlyMap<string, string>;
  stamp?: string;
  overlapSeconds?: number;
}

/** Where a table is, and what of it is read. */
export interface TablePlan {
  contract: FeedContract;
  host: string;
  port: number | undefined;
  database: string;
  user: string;
  password: string;
  /** Certificates are checked against `ca`, or against the machine's own authorities. */
  tls: { ca: string | undefined } | undefined;
  /** Schema, when one is named, and name. */
  table: string[];
  /** What is read, and what the folder says it is called there. */
  fields: { field: FieldContract; column: string }[];
  /** The table's column with the time of change, as the folder names it; null for a feed that is read whole. */
  stamp: string | null;
  overlapSeconds: number;
  columns: NonNullable<TransportContext['columns']>;
  passed: NonNullable<TransportContext['passed']>;
}

/** What of a table as it is there is read; null for a column that people have settled may be missing, or is not read. */
export interface TableReading {
  fields: { field: FieldContract; column: TableColumn | null }[];
  stamp: TableColumn | null;
}

/** A column of the table as it is there. Whatever is neither a time nor a flag is taken as text. */
export interface TableColumn { name: string; kind: ColumnKind }
export type ColumnKind = 'date' | 'time' | 'time-zoned' | 'flag' | 'bits' | 'text';

export async function planOf(context: TransportContext): Promise<TablePlan> {
  const { contract } = context;
  const options = context.options as unknown as TableOptions;
  const columns = options.columns ?? new Map<string, string>();
  const strange = [...columns.keys()].filter((column) => !contract.fields.some((field) => field.column === column));
  if (strange.length > 0) {
    throw transportFault('transport-source', `transport.columns 提到契约没有的字段：${strange.join('、')}。`,
      `transport.columns names what the contract does not have: ${strange.join(', ')}.`, { unknown: strange });
  }
  const stamp = options.stamp ?? (contract.stamp === undefined ? undefined : columns.get(contract.stamp) ?? contract.stamp);
  if (contract.mode === 'delta' && stamp === undefined) {
    throw transportFault('transport-source', '增量读表需要变更时间列：请在契约中写明 stamp。', 'A table is read for what changed by its change stamp: name it with stamp in the contract.');
  }
  return {
    contract,
    host: options.host, port: options.port, database: options.database, user: options.user,
    password: await context.credential(options.credential),
    tls: await tlsOf(options, contract),
    table: options.table.split('.'),
    fields: contract.fields.map((field) => ({ field, column: columns.get(field.column) ?? field.column })),
    stamp: contract.mode === 'delta' ? stamp! : null,
    overlapSeconds: options.overlapSeconds ?? 600,
    columns: (seen) => context.columns?.(seen),
    passed: (step) => context.passed?.(step),
  };
}

/**
 * Finds what is read in the table as it is there, by the folder and what people settled on top of it, and tells of all
 * its columns. @throws naming what is missing and what is there instead
 */
export function readingOf(plan: TablePlan, found: readonly TableColumn[]): TableReading {
  const { contract, fields, stamp } = plan;
  const table = plan.table.join('.');
  if (found.length === 0) {
    throw transportFault('transport-source', `数据库 ${plan.database} 中没有表 ${table}，或账号 ${plan.user} 无权读取。`,
      `The database ${plan.database} has no table ${table}, or ${plan.user} may not read it.`, { database: plan.database, table });
  }
  const named = namedColumns(plan, found);
  plan.columns({ found: named.map(({ name, column, kind }): SourceColumn => ({ name, column, fits: (type) => !NEVER[kind]?.has(type) })), called: new Map(fields.map(({ field, column }) => [field.column, column])) });
  const { places, missing, unknown } = bindNames(fields.map(({ field }) => field.column), columnReading(contract), named.map(({ name, column }) => column ?? name));
  const columnOf = (column: string): TableColumn | null => (places.has(column) ? named[places.get(column)!]! : null);
  const stamped = fields.find(({ column }) => column === stamp);
  const stampColumn = stamped === undefined ? found.find(({ name }) => name === stamp) ?? null : columnOf(stamped.field.column);
  const lacked = new Set([...fields.filter(({ field }) => missing.includes(field.column)).map(({ column }) => column), ...(stamp !== null && stampColumn === null ? [stamp] : [])]);
  if (lacked.size > 0) throw columnsFault(table, [...lacked], unknown.slice(0, 50));
  return { fields: fields.map(({ field }) => ({ field, column: columnOf(field.column) })), stamp: stampColumn };
}

/** By the contract's names. A column with the name of one that the folder reads from elsewhere is nobody's; so is a change stamp beside the contract. */
function namedColumns({ fields, stamp, contract }: TablePlan, found: readonly TableColumn[]): (TableColumn & { column: string | null })[] {
  const taken = new Set([...contract.fields.map(({ column }) => column), stamp]);
  return found.flatMap((one): (TableColumn & { column: string | null })[] => {
    const serves = fields.filter(({ column }) => column === one.name);
    if (serves.length > 0) return serves.map(({ field }) => ({ ...one, column: field.column }));
    return taken.has(one.name) ? [] : [{ ...one, column: null }];
  });
}

/** Types no value of such a column can ever be; text and numbers may be written as any. */
const NO_TIME = new Set<FieldType>(['integer', 'decimal', 'division', 'name', 'phone', 'document']);
const NEVER: Partial<Record<ColumnKind, ReadonlySet<FieldType>>> = {
  date: NO_TIME, time: NO_TIME, 'time-zoned': NO_TIME, flag: new Set<FieldType>([...NO_TIME, 'date', 'month', 'stamp']),
};

function columnsFault(table: string, missing: string[], unknown: string[]): Error {
  return transportFault('transport-source',
    `表 ${table} 缺少列 ${missing.join('、')}${unknown.length > 0 ? `；表中另有契约未提到的列 ${unknown.join('、')}，可能是改名` : ''}。`,
    `The table ${table} has no column ${missing.join(', ')}${unknown.length > 0 ? `; it has others the contract does not name, perhaps the same renamed: ${unknown.join(', ')}` : ''}.`,
    { table, missing, unknown }, undefined, {
      zh: '请与供数部门核对；若列确已改名或取消，用 hushu drift list 查看并对应或接受，系统随即重新读取；也可修改 feed.yaml 后运行 hushu feed apply。',
      en: 'Check with the supplier; if the column was renamed or dropped for good, see hushu drift list and map or accept it, and the table is read again at once; or edit feed.yaml and run hushu feed apply.',
    });
}

async function tlsOf({ tls }: TableOptions, contract: FeedContract): Promise<TablePlan['tls']> {
  if (tls === undefined || tls === false) return undefined;
  if (tls === true) return { ca: undefined };
  try {
    return { ca: await readFile(resolve(contract.folder, tls.ca), 'utf8') };
  } catch {
    throw transportFault('transport-certificate', `读不到证书文件 ${tls.ca}。`, `The certificate file ${tls.ca} cannot be read.`, { ca: tls.ca });
  }
}
