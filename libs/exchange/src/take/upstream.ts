import { loadSql, type Database } from '#database';
import { HubLine } from '#feeds';
import { HubError, type Clock } from '#kernel';
import type { Keys } from '#keys';
import { killPoint } from '#runs';
import { neighbourHub, type Neighbours } from '../neighbour/neighbours.js';
import { secondsAfter } from './seconds-after.js';

/** Seconds between looks at a neighbour's catalogue, and after one that failed. */
const EVERY = 3600;
const AFTER_FAILURE = 60;

export interface UpstreamParts { database: Database; keys: Keys; clock: Clock; neighbours: Neighbours; credential: (name: string) => Promise<string> }

/** Keeps the catalogue entries of neighbours as they last said them. */
export class Upstream {
  constructor(private readonly parts: UpstreamParts) {}

  /** Fetches what is due. A neighbour that is entered no more is forgotten. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { database, clock, neighbours } = this.parts;
    const pool = database.pool('exchange');
    const called = neighbours.list.filter(({ call }) => call !== null).map(({ hub }) => hub);
    await pool.query('delete from exchange.upstream where hub <> all ($1)', [called]);
    await pool.query('delete from exchange.entry where hub <> all ($1)', [called]);
    await pool.query('insert into exchange.upstream (hub, due_at) select unnest($1::text[]), $2::timestamptz on conflict do nothing', [called, clock.now()]);
    for (;;) {
      signal.throwIfAborted();
      const now = clock.now();
      const { rows: [due] } = await pool.query<{ hub: string }>(loadSql(import.meta.dirname, 'upstream_due'), [called, now, secondsAfter(now, AFTER_FAILURE)]);
      if (due === undefined) return;
      killPoint('exchange.looking', 0);
      await this.fetch(due.hub, signal);
    }
  }

  private async fetch(hub: string, signal: AbortSignal): Promise<void> {
    const { database, clock } = this.parts;
    try {
      const entries = await this.entriesOf(hub, signal);
      killPoint('exchange.looked', 0);
      await database.transaction('exchange', async (client) => {
        const at = clock.now();
        await client.query('delete from exchange.entry where hub = $1', [hub]);
        await client.query(`insert into exchange.entry (hub, feed, entry, fetched_at) select $1::text, e ->> 'feed', e, $3::timestamptz from jsonb_array_elements($2::jsonb) e`, [hub, JSON.stringify(entries), at]);
        await client.query('update exchange.upstream set fetched_at = $2, due_at = $3, reason = null where hub = $1', [hub, at, secondsAfter(at, EVERY)]);
        killPoint('exchange.replacing', 0);
      });
      killPoint('exchange.replaced', 0);
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = error instanceof HubError ? { text: error.text, hint: error.hint } : { text: { zh: '取目录时出错', en: 'Something went wrong while fetching the catalogue' } };
      await database.pool('exchange').query('update exchange.upstream set reason = $2 where hub = $1', [hub, JSON.stringify(reason)]);
    }
  }

  /** An entry that says of itself it is another hub's is not taken. */
  private async entriesOf(hub: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
    const { keys, clock, neighbours, credential } = this.parts;
    const line = await HubLine.open(neighbourHub(neighbours, keys, hub), { credential, clock, passed: (step) => killPoint(`exchange.${step}`, 0) });
    try {
      const seen = new Set<unknown>();
      return (await line.catalogue(signal)).filter((entry) => {
        const known = seen.has(entry['feed']);
        seen.add(entry['feed']);
        return !known && entry['hub'] === hub && typeof entry['feed'] === 'string';
      });
    } finally {
      await line.close();
    }
  }
}
