import type { ClientBase } from 'pg';
import { loadSql } from '#database';
import { feedRelation, type FeedContract } from '#feeds';
import type { StepCount } from '#runs';
import { settleRejects } from '../reject/settle-rejects.js';
import { StagedSql } from '../table/staged-sql.js';

/** A delivery that is staged and matched, as the later stages see it. */
export interface StagedRun {
  run: number;
  feed: string;
  contract: FeedContract;
  first: boolean;
  /** The run's private table, `staging.<feed>_r<run>`; after apply a first delivery's rows are the feed's. */
  table: string;
  asOf: Date;
  knownAt: Date;
}

export function runTable(feed: string, run: number): string {
  return `staging.${feedRelation(feed)}_r${run}`;
}

/**
 * Makes what a run staged the rows that hold: a first delivery's table becomes the feed's table; of any other
 * the versions it changes are closed into the past and its own put in their place. Runs in the publish
 * transaction, as hushu_staging, and settles the rejects that this answers.
 */
export async function applyStaged(client: ClientBase, s: StagedRun): Promise<StepCount[]> {
  const sql = new StagedSql(s.contract);
  const steps: StepCount[] = [];
  const step = async (name: string, relation: string, text: string, values: unknown[] = []) => {
    const start = performance.now();
    const { rowCount } = await client.query(text, values);
    steps.push({ step: name, relation, rows: rowCount ?? 0, ms: performance.now() - start });
  };
  const start = performance.now();
  const settled = await settleRejects(client, sql, s.run);
  if (settled > 0) steps.push({ step: 'settle', relation: 'reject_end', rows: settled, ms: performance.now() - start });
  if (s.first) {
    await step('adopt', `${sql.feed}_row`, 'select staging.adopt_run_table($1, $2)', [sql.feed, s.run]);
    return steps;
  }
  const fill = (name: string) => sql.fill(import.meta.dirname, name, s.run);
  await step('close', `${sql.feed}_past`, fill('past'), [s.asOf, s.knownAt]);
  await step('close', `${sql.feed}_row`, fill('close'));
  await step('change', `${sql.feed}_row`, fill('change'));
  await step('open', `${sql.feed}_row`, fill('open'));
  await step('same', `${sql.feed}_row`, fill('same'));
  return steps;
}

/** Runs that have something private to them in staging. Runs as hushu_staging. */
export async function listLeftRuns(client: Pick<ClientBase, 'query'>): Promise<number[]> {
  const { rows } = await client.query<{ run: number }>(loadSql(import.meta.dirname, 'left_run'));
  return rows.map(({ run }) => run);
}

/** What a finished run leaves behind: its table, its removals and, once nobody reads them, its changes. Runs as hushu_staging. */
export async function clearRun(client: ClientBase, feed: string, run: number): Promise<void> {
  await client.query('select staging.drop_run_table($1, $2)', [feedRelation(feed), run]);
  await client.query('delete from staging.removal where run = $1', [run]);
  await client.query('delete from staging.change where run = $1', [run]);
}
