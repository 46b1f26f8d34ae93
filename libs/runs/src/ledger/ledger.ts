import type { ClientBase } from 'pg';
import type { Clock } from '#kernel';
import type { Database } from '#database';
import { decide, lapseReleases, RELEASE_PEOPLE, type Decided, type Judgement, type Verb } from '../decision/decide.js';
import type { DriftLook } from '../drift/drift.js';
import { noteDrift } from '../drift/note-drift.js';
import { endSessionsOf } from './end-sessions.js';
import { publishedOf, storyOf, type PublishedRun, type RunStory } from './feed-story.js';
import { runFrom, stagedStateFrom, TABLE_COLUMNS, type Lease, type Run, type RunCounts, type RunReason, type RunState, type StagedState, type StepCount } from './run.js';

/** Which queue looks at a run in each state that waits for work. */
export const NEXT_QUEUE: Partial<Record<RunState, 'stage' | 'link' | 'apply'>> = { accepted: 'stage', staged: 'link', linked: 'apply' };

/** How long a lease lasts and how often its holder renews it, milliseconds: a dead worker's run goes on within three seconds. */
export const LEASE = { milliseconds: 2500, renewEvery: 800 };

export interface Delivery {
  feed: string;
  fileName: string;
  filePath: string;
  fileBytes: number;
  fileStat: string;
  contractVersion: string;
  mode: 'full' | 'delta';
  batchNo: string | null;
  asOf: Date;
  /** A sealed copy the hub has written itself, where no file was handed in. */
  storedPath?: string;
  /** Rows its manifest speaks of. */
  promisedRows?: number;
  /** The order whose rejects it holds. */
  redrive?: number;
}

export interface Outcome {
  state: RunState;
  counts?: RunCounts;
  warnings?: Record<string, number>;
  reason?: RunReason;
  digest?: string;
  seenDigest?: string;
  first?: boolean;
  replayed?: boolean;
  /** What the feed holds with this outcome; a run that changes nothing leaves it as the one before had it. */
  stagedState?: StagedState;
  /** What it showed of changes against the contract. */
  drift?: DriftLook;
}

/** The run ledger: what was taken in, who works on it, how far it got. One row a delivery. */
export class Ledger {
  constructor(private readonly database: Database, private readonly clock: Clock) {}

  /** Takes a delivery in and rings for its staging. Its known time is fixed here, for ever. */
  async accept(delivery: Delivery): Promise<Run> {
    return this.database.transaction('runs', (client) => this.acceptIn(client, delivery));
  }

  /** Takes a delivery in inside the caller's transaction, whose role must be hushu_runs at this moment. */
  async acceptIn(client: ClientBase, delivery: Delivery): Promise<Run> {
    const { rows } = await client.query(
      `insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, batch_no, as_of, accepted_at, stored_path, promised_rows, redrive, state)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'accepted') returning ${TABLE_COLUMNS}`,
      [delivery.feed, delivery.fileName, delivery.filePath, delivery.fileBytes, delivery.fileStat, delivery.contractVersion,
        delivery.mode, delivery.batchNo, delivery.asOf, this.clock.now(), delivery.storedPath ?? null, delivery.promisedRows ?? null, delivery.redrive ?? null],
    );
    const run = runFrom(rows[0]);
    await this.announce(client, run.id, 'accepted');
    return run;
  }

  async find(id: number): Promise<Run | null> {
    const { rows } = await this.database.pool('runs').query(`select ${TABLE_COLUMNS} from runs.run where id = $1`, [id]);
    return rows.length === 0 ? null : runFrom(rows[0]);
  }

  /** The newest runs first. */
  async list(filter: { feed?: string; state?: RunState; limit?: number }): Promise<Run[]> {
    const { rows } = await this.database.pool('runs').query(
      `select ${TABLE_COLUMNS} from runs.run where ($1::text is null or feed = $1) and ($2::text is null or state = $2)
       order by id desc limit $3`,
      [filter.feed ?? null, filter.state ?? null, filter.limit ?? 50],
    );
    return rows.map(runFrom);
  }

  async steps(run: number): Promise<(StepCount & { at: Date })[]> {
    const { rows } = await this.database.pool('runs').query(
      'select step, relation, rows, ms, at from runs.step where run = $1 order by id', [run]);
    return rows.map((r) => ({ step: r.step, relation: r.relation, rows: Number(r.rows), ms: r.ms, at: r.at }));
  }

  /**
   * Takes a run's lease if it waits in `state` and nobody holds it. Runs of one feed go one at a time in the
   * order of their as-of; link and apply go one run at a time over all feeds. A worker that let its lease run out
   * loses its sessions first. `worker` is the application name of its own. Rejects that are driven again join what is published by
   * now: their as-of is no older than that.
   */
  async claim(id: number, state: RunState, worker: string): Promise<{ run: Run; lease: Lease } | null> {
    const { rows: [late] } = await this.database.pool('runs').query<{ lease_by: string }>(
      'select lease_by from runs.run where id = $1 and state = $2 and lease_by <> $3 and lease_until < clock_timestamp()', [id, state, worker]);
    if (late) await endSessionsOf(this.database, late.lease_by);
    return this.database.transaction('runs', async (client) => {
      const free = await client.query(
        `select id, feed, as_of from runs.run where id = $1 and state = $2 and (lease_until is null or lease_until < clock_timestamp())
         for update skip locked`, [id, state]);
      if (free.rowCount === 0) return null;
      if (state === 'accepted') {
        const before = await client.query(
          `select 1 from runs.run where feed = $1 and state in ('accepted', 'staged', 'linked') and (as_of, id) < ($2, $3) limit 1`,
          [free.rows[0].feed, free.rows[0].as_of, id]);
        if (before.rowCount !== 0) return null;
        const busy = await client.query(
          `select 1 from runs.run where feed = $1 and state in ('staged', 'linked') and id <> $2
           union all select 1 from runs.run where feed = $1 and state = 'accepted' and lease_until >= clock_timestamp() and id <> $2 limit 1`,
          [free.rows[0].feed, id]);
        if (busy.rowCount !== 0) return null;
      } else {
        const lane = await client.query(
          `update runs.lane l set run = $1 where name = 'publish' and (run is null or run = $1
             or not exists (select 1 from runs.run r where r.id = l.run and r.state in ('staged', 'linked'))) returning run`, [id]);
        if (lane.rowCount === 0) return null;
      }
      const { rows } = await client.query(
        `update runs.run set token = nextval('runs.fencing_token'), lease_by = $2, attempts = attempts + 1,
           lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0), started_at = coalesce(started_at, clock_timestamp()),
           as_of = case when redrive is null or state <> 'accepted' then as_of
                        else greatest(as_of, (select max(p.as_of) from runs.run p where p.feed = run.feed and p.state = 'published')) end
         where id = $1 returning ${TABLE_COLUMNS}, token`, [id, worker, LEASE.milliseconds]);
      return { run: runFrom(rows[0]), lease: { run: id, token: rows[0].token } };
    });
  }

  /** @returns false when the lease was lost to another worker */
  async renew(lease: Lease): Promise<boolean> {
    const renewed = await this.database.pool('runs').query(
      `update runs.run set lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0)
       where id = (select id from runs.run where id = $1 and token = $2 and lease_until is not null for no key update skip locked)`,
      [lease.run, lease.token, LEASE.milliseconds]);
    if (renewed.rowCount === 1) return true;
    // Our own publish transaction may hold the row: then nobody else can take it either.
    const { rowCount } = await this.database.pool('runs').query('select 1 from runs.run where id = $1 and token = $2', [lease.run, lease.token]);
    return rowCount === 1;
  }

  /** Gives a lease back without an outcome, so that the run can be taken up at once. */
  async release(lease: Lease): Promise<void> {
    await this.database.pool('runs').query(
      'update runs.run set lease_until = null, lease_by = null where id = $1 and token = $2', [lease.run, lease.token]);
  }

  /** Moves a run on in a transaction of its own. */
  async advance(lease: Lease, outcome: Outcome): Promise<void> {
    await this.database.transaction('runs', (client) => this.advanceIn(client, lease, outcome));
  }

  /** Moves a run on inside the caller's transaction, whose role must be hushu_runs at this moment. */
  async advanceIn(client: ClientBase, lease: Lease, outcome: Outcome): Promise<void> {
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    const c = outcome.counts;
    const state = outcome.stagedState ?? (outcome.state === 'published' ? await this.stateBefore(client, lease.run) : null);
    const ended = NEXT_QUEUE[outcome.state] === undefined && outcome.state !== 'held';
    const { rowCount } = await client.query(
      `update runs.run set state = $2, lease_until = null, lease_by = null,
         rows_read = coalesce($3, rows_read), rows_duplicate = coalesce($4, rows_duplicate), rows_rejected = coalesce($5, rows_rejected),
         rows_unchanged = coalesce($6, rows_unchanged), rows_added = coalesce($7, rows_added), rows_changed = coalesce($8, rows_changed),
         rows_removed = coalesce($9, rows_removed), rows_held = coalesce($10, rows_held), warnings = coalesce($11, warnings),
         reason_rule = coalesce($12, reason_rule), reason = coalesce($13, reason), digest = coalesce($14, digest),
         seen_digest = coalesce($15, seen_digest), first = coalesce($16, first),
         replayed = coalesce($18, replayed), state_shape = coalesce($19, state_shape), state_now = coalesce($20, state_now), state_past = coalesce($21, state_past), ended_at = case when $17 then clock_timestamp() else ended_at end
       where id = $1 and token = $22 and lease_by is not null`,
      [lease.run, outcome.state, c?.read ?? null, c?.duplicate ?? null, c?.rejected ?? null, c?.unchanged ?? null, c?.added ?? null,
        c?.changed ?? null, c?.removed ?? null, c?.held ?? null, outcome.warnings === undefined ? null : JSON.stringify(outcome.warnings),
        outcome.reason?.rule ?? null, outcome.reason === undefined ? null : JSON.stringify({ text: outcome.reason.text, hint: outcome.reason.hint }),
        outcome.digest ?? null, outcome.seenDigest ?? null, outcome.first ?? null, ended, outcome.replayed ?? null,
        state?.shape ?? null, state?.now ?? null, state?.past ?? null, lease.token],
    );
    // Discarded between the two statements.
    if (rowCount !== 1) await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    if (outcome.state !== 'linked') await client.query(`update runs.lane set run = null where name = 'publish' and run = $1 and $2 <> 'staged'`, [lease.run, outcome.state]);
    if (outcome.state === 'held') await lapseReleases(client, lease.run);
    if (outcome.drift !== undefined) {
      const { rows: [{ feed }] } = await client.query<{ feed: string }>('select feed from runs.run where id = $1', [lease.run]);
      await noteDrift(client, feed, lease.run, outcome.drift);
    }
    await this.announce(client, lease.run, outcome.state);
    if (ended || outcome.state === 'held') await this.ringWaiting(client, lease.run);
  }

  /**
   * Ends a run that is not published, wherever it has got, in the caller's transaction as hushu_runs. Whoever works on it
   * finds the fence closed; what it left is cleared away. @returns false when it has ended
   */
  async discardIn(client: ClientBase, run: number, by: string): Promise<boolean> {
    const { rowCount } = await client.query(
      `update runs.run set state = 'discarded', decided_by = $2, token = nextval('runs.fencing_token'), lease_by = null, lease_until = null, ended_at = clock_timestamp()
       where id = $1 and state in ('accepted', 'staged', 'linked', 'held')`, [run, by]);
    if (rowCount !== 1) return false;
    await client.query(`update runs.lane set run = null where name = 'publish' and run = $1`, [run]);
    await lapseReleases(client, run);
    await this.announce(client, run, 'discarded');
    await this.ringWaiting(client, run);
    return true;
  }

  /** What waited for this one (its feed, or the lane) need not wait for the sweep. */
  private async ringWaiting(client: ClientBase, run: number): Promise<void> {
    await client.query(
      `insert into runs.outbox (queue, run)
       select case state when 'accepted' then 'stage' when 'staged' then 'link' else 'apply' end, id from runs.run
       where state in ('accepted', 'staged', 'linked') and id <> $1 and lease_until is null order by as_of, id limit 4`, [run]);
    await client.query(`select pg_notify('hushu_outbox', '')`);
  }

  /** What a run's feed holds before the run is published, inside the caller's transaction, whose role must be hushu_runs at this moment. */
  async stateBefore(client: ClientBase, run: number): Promise<StagedState | null> {
    const { rows } = await client.query(
      `select r.state_shape, r.state_now, r.state_past from runs.transition t join runs.run r on r.id = t.run
       where t.feed = (select feed from runs.run where id = $1) and t.state = 'published' and t.run <> $1 order by t.id desc limit 1`, [run]);
    return stagedStateFrom(rows[0]);
  }

  async writeSteps(client: ClientBase, run: number, steps: StepCount[]): Promise<void> {
    for (const s of steps) {
      await client.query('insert into runs.step (run, step, relation, rows, ms) values ($1, $2, $3, $4, $5)', [run, s.step, s.relation, s.rows, Math.round(s.ms)]);
    }
  }

  async setStored(lease: Lease, path: string): Promise<void> {
    await this.database.pool('runs').query('update runs.run set stored_path = $3 where id = $1 and token = $2', [lease.run, lease.token, path]);
  }

  /** The last row of the run's newest committed chunk, 0 when there is none. */
  async lastChunkRow(run: number): Promise<number> {
    const { rows } = await this.database.pool('runs').query('select coalesce(max(last_row), 0) as last from runs.chunk where run = $1', [run]);
    return rows[0].last;
  }

  /** The last in the order of time; of `delivered` rejects that were driven again are none. */
  async lastPublished(feed: string, which: 'all' | 'delivered' = 'all'): Promise<{ asOf: Date; seenDigest: string | null; run: Run } | null> {
    const { rows } = await this.database.pool('runs').query(
      `select ${TABLE_COLUMNS}, seen_digest from runs.run where feed = $1 and state = 'published' and ($2 or redrive is null) order by as_of desc, id desc limit 1`, [feed, which === 'all']);
    return rows.length === 0 ? null : { asOf: rows[0].as_of, seenDigest: rows[0].seen_digest, run: runFrom(rows[0]) };
  }

  /**
   * What was published of a feed, in its order in time. `copy` is the run that kept what was delivered: of a
   * repetition, that of the same rows; null where there is none.
   */
  listPublished(feed: string): Promise<PublishedRun[]> {
    return publishedOf(this.database.pool('runs'), feed);
  }

  /** @returns null while the run has come to no outcome */
  storyOf(run: number): Promise<RunStory | null> {
    return storyOf(this.database.pool('runs'), run);
  }

  /** One person decides on a held or failed run; a release takes `people` of them. Null: no such run. Throws as `decide` says. */
  async decide(id: number, verb: Verb, judgement: Judgement, people = RELEASE_PEOPLE): Promise<Decided | null> {
    return this.database.transaction('runs', (client) => this.decideIn(client, id, verb, judgement, people));
  }

  /** The same inside the caller's transaction, whose role must be hushu_runs at this moment. */
  async decideIn(client: ClientBase, id: number, verb: Verb, judgement: Judgement, people = RELEASE_PEOPLE): Promise<Decided | null> {
    const done = await decide(client, id, verb, judgement, people, this.clock.now());
    if (done === null) return null;
    const { moved, ...decided } = done;
    if (moved) await this.announce(client, id, decided.state);
    return decided;
  }

  /** Notes by which version of its contract a run is read from here on; what was read by another is read again. */
  async readBy(lease: Lease, version: string): Promise<void> {
    await this.database.transaction('runs', async (client) => {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      await client.query('update runs.run set contract_version = $2 where id = $1', [lease.run, version]);
      await client.query('delete from runs.chunk where run = $1', [lease.run]);
    });
  }

  /** Runs that wait for work and that nobody holds: what the sweep rings for when a bell was lost. */
  async due(): Promise<{ id: number; state: RunState }[]> {
    const { rows } = await this.database.pool('runs').query(
      `select id, state from runs.run where state in ('accepted', 'staged', 'linked')
         and (lease_until is null or lease_until < clock_timestamp()) order by as_of, id limit 200`);
    return rows;
  }

  private async announce(client: ClientBase, run: number, state: RunState): Promise<void> {
    const queue = NEXT_QUEUE[state];
    if (queue !== undefined) await client.query('insert into runs.outbox (queue, run) values ($1, $2)', [queue, run]);
    await client.query(
      `insert into runs.transition (run, feed, state, again)
       select id, feed, $2, exists (select 1 from runs.transition t where t.run = $1 and t.state = $2) from runs.run where id = $1`, [run, state]);
    await client.query(
      `select pg_notify('hushu_outbox', ''), pg_notify('hushu_run', $1), case when redrive is not null then pg_notify('hushu_redrive', redrive::text) end from runs.run where id = $1::int4`, [String(run)]);
  }
}
