import type { ClientBase } from 'pg';

/** One thing that happened to a feed beside its runs. `kind` is a word in kebab case; `detail` never holds a value of a row. */
export interface FeedEvent { feed: string; run?: number; kind: string; by?: string; detail?: Record<string, unknown> }

/** Writes an event in the caller's transaction, whose role must be hushu_runs at this moment. */
export async function noteEvent(client: Pick<ClientBase, 'query'>, event: FeedEvent): Promise<void> {
  await client.query('insert into runs.event (feed, run, kind, by, detail) values ($1, $2, $3, $4, $5)',
    [event.feed, event.run ?? null, event.kind, event.by ?? null, JSON.stringify(event.detail ?? {})]);
}
