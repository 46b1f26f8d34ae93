import type { ClientBase } from 'pg';
import type { DriftLook } from './drift.js';

/** Writes what a step found in the caller's transaction, whose role may be hushu_runs or hushu_staging. */
export async function noteDrift(client: Pick<ClientBase, 'query'>, feed: string, run: number, { sightings, judged }: DriftLook): Promise<void> {
  if (sightings.length === 0 && judged.length === 0) return;
  await client.query('select runs.note_drift($1, $2, $3, $4)', [feed, run, JSON.stringify(sightings), JSON.stringify(judged)]);
}
