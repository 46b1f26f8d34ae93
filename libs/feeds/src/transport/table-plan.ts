import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FeedContract, FieldContract } from '../contract/contract.js';
import type { Shape } from '../contract/contract-shape.js';
import { transportFault } from './fault.js';
import type { TransportContext } from './transport.js';

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
  fields: { field: FieldContract; column: string }[];
  /** The table's column with the time of change; null for a feed that is read whole. */
  stamp: string | null;
  overlapSeconds: number;
  passed: NonNullable<TransportContext['passed']>;
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
    passed: (step) => context.passed?.(step),
  };
}

/** @returns the kind of each column that is read, by name. @throws naming what is missing and what is there instead */
export function checkColumns(plan: TablePlan, found: readonly TableColumn[]): Map<string, ColumnKind> {
  const table = plan.table.join('.');
  if (found.length === 0) {
    throw transportFault('transport-source', `数据库 ${plan.database} 中没有表 ${table}，或账号 ${plan.user} 无权读取。`,
      `The database ${plan.database} has no table ${table}, or ${plan.user} may not read it.`, { database: plan.database, table });
  }
  const kinds = new Map(found.map(({ name, kind }) => [name, kind]));
  const wanted = new Set([...plan.fields.map(({ column }) => column), ...(plan.stamp === null ? [] : [plan.stamp])]);
  const missing = [...wanted].filter((column) => !kinds.has(column));
  if (missing.length > 0) {
    const unknown = found.map(({ name }) => name).filter((name) => !wanted.has(name)).slice(0, 50);
    throw transportFault('transport-source',
      `表 ${table} 缺少列 ${missing.join('、')}${unknown.length > 0 ? `；表中另有契约未提到的列 ${unknown.join('、')}，可能是改名` : ''}。`,
      `The table ${table} has no column ${missing.join(', ')}${unknown.length > 0 ? `; it has others the contract does not name, perhaps the same renamed: ${unknown.join(', ')}` : ''}.`,
      { table, missing, unknown });
  }
  return kinds;
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
