import type { ClientBase } from 'pg';

/** One thing that happened to a feed beside its runs. `kind` is a word in kebab case; `detail` never holds a value of a row. */
export interface FeedEvent { feed: string; run?: number; kind: string; by?: string; detail?: Record<string, unknown> }

/** Writes an event in the caller's transaction, whose role must be hushu_runs at this moment. */
export async function noteEvent(client: Pick<ClientBase, 'query'>, event: FeedEvent): Promise<void> {
  await client.query('insert into runs.event (feed, run, kind, by, detail) values ($1, $2, $3, $4, $5)',
    [event.feed, event.run ?? null, event.kind, event.by ?? null, JSON.stringify(event.detail ?? {})]);
}

/**
 * As noteEvent, unless the very same was noted before: for what happened elsewhere and is met again by whoever takes over
 * from a worker that died.
 */
export async function noteEventOnce(client: Pick<ClientBase, 'query'>, event: FeedEvent): Promise<void> {
  const { rowCount } = await client.query('select from runs.event where feed = $1 and run is not distinct from $2 and kind = $3 and detail = $4::jsonb limit 1',
    [event.feed, event.run ?? null, event.kind, JSON.stringify(event.detail ?? {})]);
  if (rowCount === 0) await noteEvent(client, event);
}
