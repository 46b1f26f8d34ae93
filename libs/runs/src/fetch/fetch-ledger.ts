import type { ClientBase } from 'pg';
import type { Database } from '#database';
import { killPoint } from '../kill-point.js';
import type { DriftLook } from '../drift/drift.js';
import { noteDrift } from '../drift/note-drift.js';
import { endSessionsOf } from '../ledger/end-sessions.js';
import { LEASE, type Delivery, type Ledger } from '../ledger/ledger.js';
import type { Run, RunReason } from '../ledger/run.js';
import { noteEvent } from '../timeline/note-event.js';

/** A worker's hold on a feed's fetch: every transaction made under it shows the token. */
export interface FetchLease { feed: string; token: string }

/** A fetch as its worker takes it up. */
export interface Claimed {
  lease: FetchLease;
  /** Where to go on, as the caller sealed it; null: from the beginning. */
  cursor: Buffer | null;
  /** When it was due, and when somebody asked for it since the last fetch ended. */
  dueAt: Date;
  asked: boolean;
  /** The store's time. */
  startedAt: Date;
  /** Fetches that failed since the last that did not, those whose worker died among them. */
  failures: number;
  /** The worker that had it last did not end it. */
  died: boolean;
}

export interface FetchEnd {
  outcome: 'fetched' | 'nothing-new' | 'failed';
  /** Why it failed, or what is waited for. */
  reason?: RunReason;
  /** The source was seen to hold nothing newer, as of then; null: the look could not tell. */
  currentAsOf?: Date | null;
  waiting?: number;
}

/** What is known of a feed's fetching. */
export interface FetchState {
  feed: string;
  dueAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  outcome: FetchEnd['outcome'] | null;
  reason: RunReason | null;
  failures: number;
  waiting: number;
}

/** Refuses a worker whose lease was given to another; the row stays locked until the transaction ends. */
const FENCE = 'select from runs.fetch where feed = $1 and token = $2 and lease_by is not null for no key update';

/** The fetch ledger: which feeds are due, who fetches them, what was taken in and where the next fetch goes on. */
export class FetchLedger {
  constructor(private readonly database: Database, private readonly ledger: Ledger) {}

  /**
   * Brings the ledger to the feeds that are fetched: one that is new is due at `firstDue`, one whose schedule has an
   * earlier slot now is due then, one that is not fetched any more is forgotten.
   */
  async schedule(feeds: { feed: string; firstDue: Date; nextDue: Date }[]): Promise<void> {
    await this.database.transaction('runs', async (client) => {
      await client.query('delete from runs.fetch where feed <> all ($1)', [feeds.map(({ feed }) => feed)]);
      // In one order, or two workers that start together could wait for each other.
      for (const { feed, firstDue, nextDue } of [...feeds].sort((a, b) => (a.feed < b.feed ? -1 : 1))) {
        await client.query(
          `insert into runs.fetch (feed, due_at) values ($1, $2)
           on conflict (feed) do update set due_at = least(runs.fetch.due_at, $3)`, [feed, firstDue, nextDue]);
      }
    });
  }

  /** Feeds that are due and that nobody fetches. */
  async due(): Promise<string[]> {
    const { rows } = await this.database.pool('runs').query<{ feed: string }>(
      `select feed from runs.fetch where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp()) order by due_at, feed`);
    return rows.map(({ feed }) => feed);
  }

  /** Takes a feed's fetch if it is due and nobody has it. `worker` is the application name of its own. */
  async claim(feed: string, worker: string): Promise<Claimed | null> {
    const { rows: [late] } = await this.database.pool('runs').query<{ lease_by: string }>(
      'select lease_by from runs.fetch where feed = $1 and lease_by <> $2 and lease_until < clock_timestamp()', [feed, worker]);
    if (late) await endSessionsOf(this.database, late.lease_by);
    const { rows: [row] } = await this.database.pool('runs').query(
      `update runs.fetch f set token = nextval('runs.fencing_token'), lease_by = $2, started_at = clock_timestamp(),
         failures = failures + free.died::int, lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0)
       from (select feed, lease_by is not null as died from runs.fetch where feed = $1 and due_at <= clock_timestamp()
               and (lease_until is null or lease_until < clock_timestamp()) for no key update skip locked) free
       where f.feed = free.feed
       returning token, cursor, due_at, started_at, failures, died, asked_at is not null and (ended_at is null or asked_at > ended_at) as asked`,
      [feed, worker, LEASE.milliseconds]);
    if (row === undefined) return null;
    return { lease: { feed, token: row.token }, cursor: row.cursor, dueAt: row.due_at, startedAt: row.started_at, failures: row.failures, died: row.died, asked: row.asked };
  }

  /** @returns false when the lease was lost to another worker */
  async renew(lease: FetchLease): Promise<boolean> {
    const held = [lease.feed, lease.token];
    const renewed = await this.database.pool('runs').query(
      `update runs.fetch set lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0)
       where feed = (select feed from runs.fetch where feed = $1 and token = $2 and lease_by is not null for no key update skip locked)`,
      [...held, LEASE.milliseconds]);
    if (renewed.rowCount === 1) return true;
    // Our own transaction may hold the row: then nobody else can take it either.
    return (await this.database.pool('runs').query('select 1 from runs.fetch where feed = $1 and token = $2 and lease_by is not null', held)).rowCount === 1;
  }

  /** Gives a lease back without an outcome: the feed is due as before, or at another time. */
  async release(lease: FetchLease, due?: Date): Promise<void> {
    await this.database.pool('runs').query(
      'update runs.fetch set lease_until = null, lease_by = null, due_at = coalesce($3, due_at) where feed = $1 and token = $2', [lease.feed, lease.token, due ?? null]);
  }

  /** Whether an arrival was accepted before. */
  async knows(feed: string, arrivalId: string): Promise<boolean> {
    return (await this.database.pool('runs').query('select 1 from runs.arrival where feed = $1 and arrival_id = $2', [feed, arrivalId])).rowCount === 1;
  }

  /** Those of some stored paths that a run of the feed has. */
  async storedOf(feed: string, paths: string[]): Promise<Set<string>> {
    const { rows } = await this.database.pool('runs').query<{ stored_path: string }>(
      'select stored_path from runs.run where feed = $1 and stored_path = any ($2)', [feed, paths]);
    return new Set(rows.map((row) => row.stored_path));
  }

  /**
   * Takes a fetched delivery in: its run, its bell, the arrival and the cursor, all or nothing.
   * @returns null when the arrival was accepted before; only the cursor moves then
   */
  async accept(
    lease: FetchLease, delivery: Omit<Delivery, 'feed' | 'filePath' | 'fileStat'> & { storedPath: string },
    { arrivalId, sm3, cursor }: { arrivalId: string; sm3: string; cursor: Buffer | null },
  ): Promise<Run | null> {
    return this.fenced(lease, async (client) => {
      await this.setCursor(client, lease, cursor);
      const known = await client.query('select 1 from runs.arrival where feed = $1 and arrival_id = $2', [lease.feed, arrivalId]);
      if (known.rowCount !== 0) return null;
      const run = await this.ledger.acceptIn(client, { ...delivery, feed: lease.feed, filePath: '', fileStat: '' });
      await client.query('insert into runs.arrival (feed, arrival_id, run, sm3, accepted_at) values ($1, $2, $3, $4, $5)',
        [lease.feed, arrivalId, run.id, sm3, run.acceptedAt]);
      killPoint('fetch.accepting', run.id);
      return run;
    });
  }

  async moveCursor(lease: FetchLease, cursor: Buffer): Promise<void> {
    await this.fenced(lease, (client) => this.setCursor(client, lease, cursor));
  }

  /** Writes how a fetch ended, and what it showed of its source. Who asked while it went on gets another one at once. */
  async end(lease: FetchLease, { outcome, reason, currentAsOf, waiting }: FetchEnd, nextDue: Date, drift?: DriftLook | null): Promise<void> {
    await this.fenced(lease, async (client) => {
      if (drift != null) await noteDrift(client, lease.feed, null, drift);
      const { rows: [before] } = await client.query<{ reason_rule: string | null; outcome: string | null }>('select reason_rule, outcome from runs.fetch where feed = $1', [lease.feed]);
      await client.query(
        `update runs.fetch set lease_until = null, lease_by = null, ended_at = clock_timestamp(), outcome = $2, reason_rule = $3, reason = $4,
           failures = case $2 when 'failed' then failures + 1 else 0 end, current_as_of = coalesce($5, current_as_of), waiting = $6,
           due_at = case when asked_at > started_at then clock_timestamp() else $7 end
         where feed = $1`,
        [lease.feed, outcome, reason?.rule ?? null, reason === undefined ? null : JSON.stringify({ text: reason.text, hint: reason.hint }),
          currentAsOf ?? null, waiting ?? 0, nextDue]);
      const rule = before?.outcome === 'failed' ? before.reason_rule : null;
      if (outcome === 'failed' && reason !== undefined && rule !== reason.rule) await noteEvent(client, { feed: lease.feed, kind: 'fetch-failed', detail: { rule: reason.rule } });
      if (outcome !== 'failed' && rule !== null) await noteEvent(client, { feed: lease.feed, kind: 'fetch-recovered', detail: { rule } });
      killPoint('fetch.ending', 0);
    });
  }

  /** Makes a feed due at once. @returns when that was, by the store's clock; null when the feed is not fetched */
  async ask(feed: string, by?: string): Promise<Date | null> {
    return this.database.transaction('runs', async (client) => {
      const { rows: [row] } = await client.query<{ asked_at: Date }>(
        `update runs.fetch set asked_at = clock_timestamp(), due_at = least(due_at, clock_timestamp()) where feed = $1 returning asked_at`, [feed]);
      if (row === undefined) return null;
      await noteEvent(client, { feed, kind: 'fetch-asked', ...(by === undefined ? {} : { by }) });
      return row.asked_at;
    });
  }

  async find(feed: string): Promise<FetchState | null> {
    const { rows: [row] } = await this.database.pool('runs').query(
      'select feed, due_at, started_at, ended_at, outcome, reason_rule, reason, failures, waiting from runs.fetch where feed = $1', [feed]);
    if (row === undefined) return null;
    return {
      feed: row.feed, dueAt: row.due_at, startedAt: row.started_at, endedAt: row.ended_at, outcome: row.outcome,
      reason: row.reason_rule === null ? null : { rule: row.reason_rule, ...row.reason }, failures: row.failures, waiting: row.waiting,
    };
  }

  private async setCursor(client: ClientBase, lease: FetchLease, cursor: Buffer | null): Promise<void> {
    if (cursor !== null) await client.query('update runs.fetch set cursor = $2 where feed = $1', [lease.feed, cursor]);
  }

  private async fenced<T>(lease: FetchLease, work: (client: ClientBase) => Promise<T>): Promise<T> {
    return this.database.transaction('runs', async (client) => {
      const held = await client.query(FENCE, [lease.feed, lease.token]);
      if (held.rowCount === 0) throw Object.assign(new Error(`HUSHU fence: the fetch of ${lease.feed} is no longer held under token ${lease.token}`), { code: 'HU001' });
      return work(client);
    });
  }
}
