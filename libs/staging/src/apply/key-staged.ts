import type { Database } from '#database';
import type { StagedState, StepCount } from '#runs';
import type { ClientBase } from 'pg';
import { feedRelation } from '#feeds';
import { stateOfFirst } from '../state/staged-state.js';
import { StagedSql } from '../table/staged-sql.js';
import type { StagedRun } from './apply-staged.js';

/**
 * Gives a first delivery's private table its keys, so that publishing need not build them; may go on beside the link,
 * which reads the same rows. Of any other delivery nothing is to be done. A repetition finds the keys built.
 * @returns what the feed will hold, too: the rows do not change any more
 */
export async function keyStaged(database: Database, s: StagedRun, fence: (client: ClientBase) => Promise<void>): Promise<{ steps: StepCount[]; state: StagedState | undefined }> {
  if (!s.first) return { steps: [], state: undefined };
  const start = performance.now();
  const state = await database.transaction('staging', async (client) => {
    await fence(client);
    await client.query('select staging.key_run_table($1, $2)', [feedRelation(s.feed), s.run]);
    return stateOfFirst(client, new StagedSql(s.contract), s.run);
  });
  const steps = [{ step: 'keys', relation: s.table.replace(/^staging\./, ''), rows: 1, ms: performance.now() - start }];
  return { steps, state };
}
