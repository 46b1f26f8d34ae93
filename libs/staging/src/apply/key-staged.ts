import type { Database } from '#database';
import type { StepCount } from '#runs';
import type { ClientBase } from 'pg';
import { feedRelation } from '#feeds';
import type { StagedRun } from './apply-staged.js';

/**
 * Gives a first delivery's private table its keys, so that publishing need not build them; may go on beside the link,
 * which reads the same rows. Of any other delivery nothing is to be done. A repetition finds the keys built.
 */
export async function keyStaged(database: Database, s: StagedRun, fence: (client: ClientBase) => Promise<void>): Promise<StepCount[]> {
  if (!s.first) return [];
  const start = performance.now();
  await database.transaction('staging', async (client) => {
    await fence(client);
    await client.query('select staging.key_run_table($1, $2)', [feedRelation(s.feed), s.run]);
  });
  return [{ step: 'keys', relation: s.table.replace(/^staging\./, ''), rows: 1, ms: performance.now() - start }];
}
