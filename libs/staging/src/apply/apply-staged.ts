import type { ClientBase } from 'pg';
import { loadSql } from '#database';
import { feedRelation, type FeedContract } from '#feeds';
import type { StagedState, StepCount } from '#runs';
import { settleRejects } from '../reject/settle-rejects.js';
import { stateTurned, stateWhole } from '../state/staged-state.js';
import { StagedSql } from '../table/staged-sql.js';

/** A delivery that is staged and matched, as the later stages see it. */
export interface StagedRun {
  run: number;
  feed: string;
  contract: FeedContract;
  first: boolean;
  /** It came late: its feed was replayed, and what the replay made of the keys that differ takes the place of what holds. */
  replayed?: boolean;
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
 * the versions it changes are closed into the past and its own put in their place. Of a late one the replay's rows
 * and closed rows take the place of those that differ, and so does what it makes of the feed's rejects. Runs in the publish transaction, as hushu_staging, and settles
 * the rejects that this answers.
 * @param before what the feed held before, as the ledger has it; where that is unknown or of another shape the rows are counted anew
 * @param known what the feed will hold, where that was found out before
 */
export async function applyStaged(client: ClientBase, s: StagedRun, before: StagedState | null = null, known: StagedState | null = null): Promise<{ steps: StepCount[]; state: StagedState }> {
  const sql = new StagedSql(s.contract);
  const turned = known ?? await stateTurned(client, sql, s, before);
  const steps = s.replayed ? await putReplayed(client, sql, s) : await putStaged(client, sql, s);
  return { steps, state: turned ?? await stateWhole(client, sql) };
}

async function putStaged(client: ClientBase, sql: StagedSql, s: StagedRun): Promise<StepCount[]> {
  const start = performance.now();
  const settled = await settleRejects(client, sql, s.run);
  const settling = settled > 0 ? [{ step: 'settle', relation: 'reject_end', rows: settled, ms: performance.now() - start }] : [];
  if (!s.first) return [...settling, ...await putInPlace(client, sql, s)];
  const { steps, step } = stepping(client);
  await step('adopt', `${sql.feed}_row`, 'select staging.adopt_run_table($1, $2)', [sql.feed, s.run]);
  return [...settling, ...steps];
}

/** Closes the versions a delivery changes and puts its own in their place, in the relations of `sql`. */
export async function putInPlace(client: ClientBase, sql: StagedSql, s: Pick<StagedRun, 'run' | 'asOf' | 'knownAt'>): Promise<StepCount[]> {
  const { steps, step } = stepping(client);
  const fill = (name: string) => sql.fill(import.meta.dirname, name, s.run);
  await step('close', `${sql.feed}_past`, fill('past'), [s.asOf, s.knownAt]);
  await step('close', `${sql.feed}_row`, fill('close'));
  await step('change', `${sql.feed}_row`, fill('change'));
  await step('open', `${sql.feed}_row`, fill('open'));
  await step('same', `${sql.feed}_row`, fill('same'));
  return steps;
}

async function putReplayed(client: ClientBase, sql: StagedSql, s: StagedRun): Promise<StepCount[]> {
  const { steps, step } = stepping(client);
  const fill = (name: string) => sql.fill(`${import.meta.dirname}/../replay`, name, s.run);
  await step('close', `${sql.feed}_row`, fill('gone'));
  await step('close', `${sql.feed}_past`, fill('gone_past'));
  await step('open', `${sql.feed}_row`, fill('made'));
  await step('open', `${sql.feed}_past`, fill('made_past'));
  const ends = (name: string) => loadSql(`${import.meta.dirname}/../replay`, name);
  await step('reopen', 'reject_end', ends('ends_gone'), [s.feed]);
  await step('settle', 'reject_end', ends('ends_made'), [s.feed]);
  await client.query(ends('ends_left'), [s.feed]);
  return steps;
}

/** Statements run one after another, each counted and timed. */
function stepping(client: ClientBase) {
  const steps: StepCount[] = [];
  const step = async (name: string, relation: string, text: string, values: unknown[] = []): Promise<void> => {
    const start = performance.now();
    const { rowCount } = await client.query(text, values);
    steps.push({ step: name, relation, rows: rowCount ?? 0, ms: performance.now() - start });
  };
  return { steps, step };
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
