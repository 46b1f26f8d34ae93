import { fillSql, loadSql } from '#database';
import type { StepCount } from '#runs';
import type { ClientBase } from 'pg';

/** The version of the rules by which rows are decided; kept with each decision. */
export const RULES_VERSION = 1;

/** New rows of a table from which on the planner must be told its size. */
const WORTH_COUNTING = 500;

/** The steps of one link or apply on one connection: each statement counted and timed. */
export class Steps {
  readonly done: StepCount[] = [];

  constructor(readonly client: ClientBase, readonly run: number) {}

  /** Runs a statement; `relation` is what it fills. */
  async take(step: string, relation: string, text: string, values: unknown[] = []): Promise<number> {
    const start = performance.now();
    const { rowCount } = await this.client.query(text, values);
    this.done.push({ step, relation, rows: rowCount ?? 0, ms: performance.now() - start });
    return rowCount ?? 0;
  }

  /** `sql/<name>.sql` beside the caller, filled; its steps and relations are reported under that name. */
  async file(step: string, directory: string, name: string, parts: Record<string, string> = {}, values: unknown[] = []): Promise<number> {
    return this.take(step, name, fillFile(directory, name, parts), values);
  }

  /** Empties working sets; those that are empty already are left alone. */
  async empty(...tables: string[]): Promise<void> {
    const { rows: [filled] } = await this.client.query(
      `select array_remove(array[${tables.map((table) => `case when exists (select from ${table}) then '${table}' end`).join(', ')}], null) as tables`);
    if (filled.tables.length > 0) await this.client.query(`truncate ${filled.tables.join(', ')}`);
  }

  /** Tells the planner about a table that has just grown: a guess of one row costs a loop over all of them. */
  async count(table: string, rows: number, ...columns: string[]): Promise<void> {
    if (rows < WORTH_COUNTING) return;
    await this.client.query('select reconcile.count_keys($1, variadic $2::text[])', [table, columns]);
  }
}

/** A statement's template with those of the parts it has places for. */
export function fillFile(directory: string, name: string, parts: Record<string, string>): string {
  const template = loadSql(directory, name);
  return fillSql(template, Object.fromEntries(Object.entries(parts).filter(([part]) => template.includes(`:{${part}}`))));
}
