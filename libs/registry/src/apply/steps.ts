import { fillSql, loadSql } from '#database';
import type { StepCount } from '#runs';
import type { ClientBase } from 'pg';

/** The steps of one apply on one connection, under the role each table asks for. */
export class Steps {
  readonly done: StepCount[] = [];
  private role = 'hushu_registry';

  constructor(readonly client: ClientBase, readonly run: number, readonly knownAt: Date) {}

  /** Runs what follows as the spine's role, or as the registry's. */
  async as(spine: boolean): Promise<void> {
    const role = spine ? 'hushu_spine' : 'hushu_registry';
    if (role === this.role) return;
    await this.client.query(`set local role ${role}`);
    this.role = role;
  }

  /** Runs a statement; `relation` is what it fills. */
  async take(step: string, relation: string, text: string, values: unknown[] = []): Promise<number> {
    const start = performance.now();
    const { rowCount } = await this.client.query(text, values);
    this.done.push({ step, relation, rows: rowCount ?? 0, ms: performance.now() - start });
    return rowCount ?? 0;
  }

  /** Does what is more than a statement; `work` gives how many rows it wrote. */
  async did(step: string, relation: string, work: () => Promise<number>): Promise<void> {
    const start = performance.now();
    const rows = await work();
    this.done.push({ step, relation, rows, ms: performance.now() - start });
  }
}

/** A statement's template with those of the parts it has places for. */
export function fillFile(directory: string, name: string, parts: Record<string, string>): string {
  const template = loadSql(directory, name);
  return fillSql(template, Object.fromEntries(Object.entries(parts).filter(([part]) => template.includes(`:{${part}}`))));
}
