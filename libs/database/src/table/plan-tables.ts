import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { identifier } from '../sql/load-sql.js';
import {
  canonical, columnSql, findTable, indexColumn, listDependentViews, type StandingColumn, type StandingIndex, type StandingTable,
} from './catalogue.js';
import type { IndexSpec, TablePlan, TableSpec } from './table-spec.js';

export type { ColumnSpec, IndexSpec, PlannedChange, TablePlan, TableSpec } from './table-spec.js';

/**
 * What would bring the store to the specs; changes nothing. Pass every spec of a store in one call: a changed
 * column takes the views that read it away, and their statements must be in the same plan to make them again.
 * The client is the migration role's. A table that no spec names is left alone.
 */
export async function planTables(client: ClientBase, specs: TableSpec[]): Promise<TablePlan> {
  const plan: TablePlan = { statements: [], summary: [] };
  const recorded = await listRecorded(client);
  const again = new Set<TableSpec>();
  const dressed = new Set<TableSpec>();
  const dropped = new Set<string>();

  for (const spec of specs) {
    const relation = relationOf(spec);
    const before = recorded.get(relation);
    if (before?.intact && before.digest === digestOf(spec)) continue;
    const standing = await findTable(client, identifier(spec.schema, spec.name));
    const changes = standing ? compare(spec, standing, await canonical(client, spec)) : create(spec);
    if (standing && changes.some((change) => change.shape)) {
      for (const view of await listDependentViews(client, standing)) dropped.add(view);
    }
    for (const change of changes) {
      plan.statements.push(...change.sql);
      plan.summary.push({ relation, change: change.text, destructive: change.destructive ?? false });
    }
    if (changes.length > 0 || before?.digest.split('.')[0] !== digestOf(spec).split('.')[0]) dressed.add(spec);
    again.add(spec);
  }

  if (dropped.size > 0) takeViewsAway(plan, [...dropped], specs);
  for (const spec of dropped.size > 0 ? specs : dressed) putOn(plan, spec, dressed.has(spec));
  for (const spec of again) plan.statements.push(record(spec));
  return plan;
}

/** Does what a plan says, in one transaction. */
export async function applyPlan(client: ClientBase, plan: TablePlan): Promise<void> {
  if (plan.statements.length === 0) return;
  await client.query('begin');
  try {
    for (const statement of plan.statements) await client.query(statement);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

interface Change {
  text: string;
  sql: string[];
  destructive?: boolean;
  /** The columns a view may read are touched. */
  shape?: boolean;
}

function create(spec: TableSpec): Change[] {
  const table = identifier(spec.schema, spec.name);
  const key = spec.primaryKey ? [`primary key (${spec.primaryKey.map((column) => identifier(column)).join(', ')})`] : [];
  return [{
    text: `create with ${spec.columns.length} columns`,
    sql: [
      `create table ${table} (\n  ${[...spec.columns.map(columnSql), ...key].join(',\n  ')}\n)`,
      `comment on table ${table} is ${pg.escapeLiteral(spec.comment)}`,
      ...spec.columns.map((column) => commentOn(table, column.name, column.comment)),
      ...(spec.indexes ?? []).map((index) => createIndex(table, index)),
    ],
  }];
}

function compare(spec: TableSpec, standing: StandingTable, wanted: StandingTable): Change[] {
  const table = identifier(spec.schema, spec.name);
  const changes: Change[] = [];
  const old = new Map(standing.columns.map((column) => [column.name, column]));
  const indexChanges = compareIndexes(spec, table, standing, wanted);
  changes.push(...indexChanges.filter((change) => change.text.startsWith('drop')));

  const keyDiffers = JSON.stringify(standing.primaryKey?.columns) !== JSON.stringify(wanted.primaryKey?.columns);
  if (keyDiffers && standing.primaryKey) {
    changes.push({ text: 'drop primary key', sql: [`alter table ${table} drop constraint ${identifier(standing.primaryKey.constraint)}`] });
  }
  for (const column of standing.columns) {
    if (!wanted.columns.some((one) => one.name === column.name)) {
      changes.push({
        text: `drop column ${column.name} ${column.type}`, destructive: true, shape: true,
        sql: [`alter table ${table} drop column ${identifier(column.name)}`],
      });
    }
  }
  for (const [at, column] of wanted.columns.entries()) {
    const before = old.get(column.name);
    if (before) changes.push(...compareColumn(table, before, column));
    else {
      changes.push({
        text: `add column ${column.name} ${column.type}`, shape: true,
        sql: [`alter table ${table} add column ${columnSql(spec.columns[at]!)}`, commentOn(table, column.name, column.comment!)],
      });
    }
  }
  if (keyDiffers && spec.primaryKey) {
    const columns = spec.primaryKey.map((column) => identifier(column)).join(', ');
    changes.push({ text: `primary key (${spec.primaryKey.join(', ')})`, sql: [`alter table ${table} add primary key (${columns})`] });
  }
  changes.push(...indexChanges.filter((change) => !change.text.startsWith('drop')));
  if (standing.comment !== spec.comment) {
    changes.push({ text: 'comment', sql: [`comment on table ${table} is ${pg.escapeLiteral(spec.comment)}`] });
  }
  return changes;
}

function compareColumn(table: string, before: StandingColumn, wanted: StandingColumn): Change[] {
  const changes: Change[] = [];
  const column = identifier(wanted.name);
  const alter = `alter table ${table} alter column ${column}`;
  if (before.type !== wanted.type) {
    changes.push({
      text: `column ${wanted.name}: ${before.type} becomes ${wanted.type}`, destructive: true, shape: true,
      sql: [`${alter} drop default`, `${alter} type ${wanted.type} using ${column}::${wanted.type}`,
        ...(wanted.default === null ? [] : [`${alter} set default ${wanted.default}`])],
    });
  } else if (before.default !== wanted.default) {
    changes.push({
      text: `column ${wanted.name}: default ${wanted.default ?? 'none'}`,
      sql: [wanted.default === null ? `${alter} drop default` : `${alter} set default ${wanted.default}`],
    });
  }
  if (before.not_null !== wanted.not_null) {
    changes.push({
      text: `column ${wanted.name}: ${wanted.not_null ? 'required' : 'may be missing'}`,
      sql: [`${alter} ${wanted.not_null ? 'set' : 'drop'} not null`],
    });
  }
  if (before.comment !== wanted.comment) {
    changes.push({ text: `column ${wanted.name}: comment`, sql: [commentOn(table, wanted.name, wanted.comment!)] });
  }
  return changes;
}

function compareIndexes(spec: TableSpec, table: string, standing: StandingTable, wanted: StandingTable): Change[] {
  const changes: Change[] = [];
  const old = new Map(standing.indexes.map((index) => [index.name, index]));
  const keep = new Set<string>();
  for (const [at, index] of wanted.indexes.entries()) {
    const before = old.get(index.name);
    if (before && sameIndex(before, index)) keep.add(index.name);
    else changes.push({ text: `index ${index.name} (${index.columns.join(', ')})`, sql: [createIndex(table, spec.indexes![at]!)] });
  }
  for (const index of standing.indexes) {
    if (!keep.has(index.name)) {
      changes.push({ text: `drop index ${index.name}`, sql: [`drop index ${identifier(spec.schema, index.name)}`] });
    }
  }
  return changes;
}

function sameIndex(one: StandingIndex, other: StandingIndex): boolean {
  const facts = ({ unique, columns, where }: StandingIndex): string => JSON.stringify([unique, columns, where]);
  return facts(one) === facts(other);
}

function createIndex(table: string, index: IndexSpec): string {
  return `create ${index.unique ? 'unique ' : ''}index ${identifier(index.name)} on ${table} (${
    index.columns.map(indexColumn).join(', ')})${index.where ? ` where ${index.where}` : ''}`;
}

function commentOn(table: string, column: string, comment: string): string {
  return `comment on column ${table}.${identifier(column)} is ${pg.escapeLiteral(comment)}`;
}

/** Views go first, so that columns can change under them; the specs' statements make them again. */
function takeViewsAway(plan: TablePlan, views: string[], specs: TableSpec[]): void {
  const made = specs.flatMap((spec) => spec.statements ?? []).join('\n').replaceAll('"', '');
  plan.statements.unshift(...views.map((view) => `drop view if exists ${identifier(...view.split('.'))} cascade`));
  for (const view of views) {
    const comesBack = new RegExp(`\\bview\\s+${view.replace('.', '\\.')}\\b`, 'i').test(made);
    if (!comesBack) plan.summary.push({ relation: view, change: 'drop view that no statement makes again', destructive: true });
  }
}

function putOn(plan: TablePlan, spec: TableSpec, told: boolean): void {
  const relation = relationOf(spec);
  plan.statements.push(...(spec.statements ?? []));
  if (told && !plan.summary.some((change) => change.relation === relation)) {
    plan.summary.push({ relation, change: 'views and grants', destructive: false });
  }
}

function record(spec: TableSpec): string {
  const name = pg.escapeLiteral(relationOf(spec));
  return `insert into database.applied_spec (relation, digest, shape)
select ${name}, ${pg.escapeLiteral(digestOf(spec))}, shape from database.table_shape where relation = ${name}
on conflict (relation) do update set digest = excluded.digest, shape = excluded.shape`;
}

/** The digest of each table's last spec, and whether the table is still what came of it. */
async function listRecorded(client: ClientBase): Promise<Map<string, { digest: string; intact: boolean }>> {
  const { rows } = await client.query<{ relation: string; digest: string; intact: boolean }>(
    'select relation, a.digest, a.shape = t.shape as intact from database.applied_spec a join database.table_shape t using (relation)');
  return new Map(rows.map(({ relation, ...rest }) => [relation, rest]));
}

function relationOf(spec: TableSpec): string {
  return `${spec.schema}.${spec.name}`;
}

/** What goes onto the table, and all of the spec: a type in another spelling asks for nothing new. */
function digestOf(spec: TableSpec): string {
  return [spec.statements ?? [], spec].map((part) => createHash('sha256').update(JSON.stringify(part)).digest('hex')).join('.');
}
