import type { ClientBase } from 'pg';
import { identifier, loadSql } from '../sql/load-sql.js';
import type { ColumnSpec, TableSpec } from './table-spec.js';

/** A table as the server has it, everything in the server's own spelling. */
export interface StandingTable {
  oid: string;
  comment: string | null;
  columns: StandingColumn[];
  primaryKey: { constraint: string; columns: string[] } | undefined;
  indexes: StandingIndex[];
}

export interface StandingColumn {
  name: string;
  type: string;
  not_null: boolean;
  default: string | null;
  comment: string | null;
}

export interface StandingIndex {
  name: string;
  primary: boolean;
  constraint: string | null;
  unique: boolean;
  columns: string[];
  where: string | null;
}

/** Reads a table by its name, or nothing when there is none. */
export async function findTable(client: ClientBase, relation: string): Promise<StandingTable | undefined> {
  const { rows: [found] } = await client.query<{ oid: string | null; comment: string | null }>(
    `select to_regclass($1)::oid::text as oid, obj_description(to_regclass($1), 'pg_class') as comment`, [relation],
  );
  if (!found?.oid) return undefined;
  const columns = await client.query<StandingColumn>(loadSql(import.meta.dirname, 'column'), [found.oid]);
  const indexes = await client.query<StandingIndex>(loadSql(import.meta.dirname, 'index'), [found.oid]);
  const primary = indexes.rows.find((index) => index.primary);
  return {
    oid: found.oid,
    comment: found.comment,
    columns: columns.rows,
    primaryKey: primary && { constraint: primary.constraint!, columns: primary.columns },
    indexes: indexes.rows.filter((index) => !index.constraint),
  };
}

/**
 * The spec in the server's own spelling of types, defaults and predicates: made as a temporary table, read, dropped.
 * `int4` and `integer`, `now()` and `CURRENT_TIMESTAMP` are then told apart by the server, not by us.
 */
export async function canonical(client: ClientBase, spec: TableSpec): Promise<StandingTable> {
  const shadow = identifier('pg_temp', SHADOW);
  await client.query(`create temporary table ${identifier(SHADOW)} (${[
    ...spec.columns.map(columnSql), ...(spec.primaryKey ? [`primary key (${spec.primaryKey.map((c) => identifier(c)).join(', ')})`] : []),
  ].join(', ')})`);
  try {
    for (const [at, index] of (spec.indexes ?? []).entries()) {
      await client.query(`create ${index.unique ? 'unique ' : ''}index ${identifier(`${SHADOW}_${at}`)} on ${shadow} (${
        index.columns.map(indexColumn).join(', ')})${index.where ? ` where ${index.where}` : ''}`);
    }
    const made = (await findTable(client, shadow))!;
    const byShadowName = new Map(made.indexes.map((index) => [index.name, index]));
    return {
      ...made,
      comment: spec.comment,
      columns: made.columns.map((column, at) => ({ ...column, comment: spec.columns[at]!.comment })),
      indexes: (spec.indexes ?? []).map((index, at) => ({ ...byShadowName.get(`${SHADOW}_${at}`)!, name: index.name })),
    };
  } finally {
    await client.query(`drop table if exists ${shadow}`).catch(() => undefined);
  }
}

const SHADOW = 'hushu_planned_table';

export function columnSql(column: ColumnSpec): string {
  return `${identifier(column.name)} ${column.type}${column.default === undefined ? '' : ` default ${column.default}`}${column.notNull ? ' not null' : ''}`;
}

/** An expression in parentheses stands as it is; anything else is a column's name. */
export function indexColumn(column: string): string {
  return column.startsWith('(') ? column : identifier(column);
}

/** The views that would stand in the way of changing the table, nearest first. */
export async function listDependentViews(client: ClientBase, table: StandingTable): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(loadSql(import.meta.dirname, 'dependent_view'), [table.oid]);
  return rows.map((row) => row.name);
}
