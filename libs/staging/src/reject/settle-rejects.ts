import type { ClientBase } from 'pg';
import type { StagedSql } from '../table/staged-sql.js';

/**
 * Says of open rejects what a run that is being published makes of them: driven again and taken, delivered again and
 * taken, gone from a full delivery, or rejected once more. Runs in the publish transaction, as hushu_staging, while the
 * run's table is still its own. @returns how many were settled
 */
export async function settleRejects(client: Pick<ClientBase, 'query'>, sql: StagedSql, run: number): Promise<number> {
  const { rows: [open] } = await client.query<{ some: boolean }>(
    `select exists (select 1 from staging.reject where feed = $1) as some`, [sql.feedId]);
  if (!open!.some) return 0;
  const { rows: [how] } = await client.query<{ mode: 'full' | 'delta'; redrive: number | null }>(
    'select s.mode, (select d.id from runs.redrive_status d where d.run = s.id) as redrive from runs.run_status s where s.id = $1', [run]);
  return settleAs(client, sql, run, how!);
}

/** The same with the relations of `sql`: of a run that is published, or of a delivery that is read again in `run`'s tables. */
export async function settleAs(client: Pick<ClientBase, 'query'>, sql: StagedSql, run: number, { mode, redrive }: { mode: 'full' | 'delta'; redrive: number | null }): Promise<number> {
  let settled = 0;
  const step = async (name: string, values: unknown[]) => {
    const { rowCount } = await client.query(sql.fill(import.meta.dirname, name, run), values);
    settled += rowCount ?? 0;
  };
  if (redrive !== null) {
    await step('settle_superseded', [redrive]);
    await step('settle_redriven', [redrive]);
  }
  await step('settle_delivered', [sql.feedId, redrive === null ? 'mended-by-supplier' : 'superseded']);
  if (mode === 'full') await step('settle_full', [sql.feedId]);
  return settled;
}
