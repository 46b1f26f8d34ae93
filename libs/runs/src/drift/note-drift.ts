import type { ClientBase } from 'pg';
import type { DriftLook } from './drift.js';

/** Writes what a step of a run found, or (null) a look at the source, in the caller's transaction, whose role may be hushu_runs or hushu_staging. */
export async function noteDrift(client: Pick<ClientBase, 'query'>, feed: string, run: number | null, { sightings, judged, contractVersion }: DriftLook): Promise<void> {
  if (sightings.length === 0 && judged.length === 0) return;
  await client.query('select runs.note_drift($1, $2, $3, $4, $5)', [feed, run, JSON.stringify(sightings), JSON.stringify(judged), contractVersion ?? null]);
}
