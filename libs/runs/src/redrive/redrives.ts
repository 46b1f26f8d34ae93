import type { ClientBase } from 'pg';
import type { Clock } from '#kernel';
import type { Database } from '#database';
import { LEASE, type Delivery, type Ledger } from '../ledger/ledger.js';
import type { RunReason } from '../ledger/run.js';
import { killPoint } from '../kill-point.js';
import { noteEvent } from '../timeline/note-event.js';
import { releaseOrder, renewOrder } from '../ledger/order-lease.js';
import { redriveFrom, STATUS_COLUMNS, type Redrive, type RedriveFilter, type RedriveLease } from './redrive.js';

/** What somebody orders: rejects of one feed, as they were delivered or with other values. */
export interface RedriveOrder { feed: string; filter: RedriveFilter; by: string; repairs?: { sealed: Buffer; columns: string[] } }

/** The orders to drive rejects again: accepted at once, done by a worker, one of a feed at a time, in order. */
export class Redrives {
  constructor(private readonly database: Database, private readonly ledger: Ledger, private readonly clock: Clock) {}

  async order({ feed, filter, by, repairs }: RedriveOrder): Promise<Redrive> {
    const { valueToken, ...named } = filter;
    const id = await this.database.transaction('runs', async (client) => {
      const { rows: [row] } = await client.query<{ id: number }>(
        `insert into runs.redrive (feed, filter, repairs, repaired_columns, "by", state, created_at) values ($1, $2, $3, $4, $5, 'waiting', $6) returning id`,
        [feed, JSON.stringify(filter), repairs?.sealed ?? null, repairs?.columns ?? [], by, this.clock.now()]);
      await noteEvent(client, { feed, kind: 'redrive-ordered', by, detail: { redrive: row!.id, ...named, byValue: valueToken !== undefined, repaired: repairs?.columns ?? [] } });
      await this.announce(client, row!.id);
      return row!.id;
    });
    return (await this.find(id))!;
  }

  async find(id: number): Promise<Redrive | null> {
    const { rows } = await this.database.pool('runs').query(`select ${STATUS_COLUMNS} from runs.redrive_status where id = $1`, [id]);
    return rows.length === 0 ? null : redriveFrom(rows[0]);
  }

  /**
   * Stops an order, at any moment before what it drives is published: a run of it is discarded, and whoever works on
   * either finds the fence closed. Nothing of it takes effect then; all its rejects are as they were.
   * @returns false when it is too late, or it has ended already
   */
  async cancel(id: number, by: string): Promise<boolean> {
    return this.database.transaction('runs', async (client) => {
      const { rows: [order] } = await client.query<{ feed: string; run: number | null }>(
        `select feed, run from runs.redrive where id = $1 and state in ('waiting', 'running', 'driving') for no key update`, [id]);
      if (order === undefined) return false;
      if (order.run !== null && !await this.ledger.discardIn(client, order.run, by)) return false;
      await client.query(`update runs.redrive set state = 'cancelled', lease_by = null, lease_until = null, ended_at = clock_timestamp() where id = $1`, [id]);
      await noteEvent(client, { feed: order.feed, run: order.run ?? undefined, kind: 'redrive-cancelled', by, detail: { redrive: id } });
      killPoint('redrive.cancelling', id);
      await this.announce(client, id);
      return true;
    });
  }

  /** Takes an order if nobody holds it and those of its feed before it have come to their end, their runs with them. */
  async claim(id: number, worker: string): Promise<{ redrive: Redrive; repairs: Buffer | null; lease: RedriveLease; attempts: number } | null> {
    const { rows: [row] } = await this.database.pool('runs').query<{ token: string; repairs: Buffer | null; attempts: number }>(
      `update runs.redrive d set state = 'running', token = nextval('runs.fencing_token'), lease_by = $2, attempts = attempts + 1, done_rows = 0, left_out = null, begun_at = null, told_at = null,
         lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0)
       where id = (select id from runs.redrive where id = $1 and state in ('waiting', 'running')
                     and (lease_until is null or lease_until < clock_timestamp()) for no key update skip locked)
         and not exists (select 1 from runs.redrive_status o where o.feed = d.feed and o.id < d.id and o.state in ('waiting', 'running', 'driving', 'held'))
       returning token, repairs, attempts`, [id, worker, LEASE.milliseconds]);
    if (row === undefined) return null;
    return { redrive: (await this.find(id))!, repairs: row.repairs, lease: { redrive: id, token: row.token }, attempts: row.attempts };
  }

  /** @returns false when the order was cancelled or given to another */
  renew(lease: RedriveLease): Promise<boolean> {
    return renewOrder(this.database, 'redrive', lease.redrive, lease.token);
  }

  release(lease: RedriveLease): Promise<void> {
    return releaseOrder(this.database, 'redrive', lease.redrive, lease.token);
  }

  /** How far the writing of its delivery is. */
  async tell(lease: RedriveLease, progress: { matched: number; doneRows: number; leftOut: number }): Promise<void> {
    await this.database.pool('runs').query(
      `update runs.redrive set matched = $3, done_rows = $4, left_out = $5, begun_at = coalesce(begun_at, clock_timestamp()), told_at = clock_timestamp()
       where id = $1 and token = $2 returning pg_notify('hushu_redrive', id::text)`, [lease.redrive, lease.token, progress.matched, progress.doneRows, progress.leftOut]);
  }

  /** Its delivery becomes a run, in one transaction with the order's own state: who cancels it from here on discards that run. */
  async accept(lease: RedriveLease, delivery: Delivery, beforeCommit: () => void): Promise<number> {
    return this.database.transaction('runs', async (client) => {
      await this.lock(client, lease);
      const run = await this.ledger.acceptIn(client, { ...delivery, redrive: lease.redrive });
      await client.query(`update runs.redrive set state = 'driving', run = $2, lease_by = null, lease_until = null where id = $1`, [lease.redrive, run.id]);
      await this.announce(client, lease.redrive);
      beforeCommit();
      return run.id;
    });
  }

  /** Nothing is left to drive, or it cannot be done. */
  async end(lease: RedriveLease, reason: RunReason | null): Promise<void> {
    await this.database.transaction('runs', async (client) => {
      await this.lock(client, lease);
      await client.query(
        `update runs.redrive set state = $2, reason_rule = $3, reason = $4, lease_by = null, lease_until = null, ended_at = clock_timestamp() where id = $1`,
        [lease.redrive, reason === null ? 'done' : 'failed', reason?.rule ?? null, reason === null ? null : JSON.stringify({ text: reason.text, hint: reason.hint })]);
      await this.announce(client, lease.redrive);
    });
  }

  /** To those who watch; and the next order of the feed need not wait for the sweep. */
  private async announce(client: Pick<ClientBase, 'query'>, id: number): Promise<void> {
    await client.query(`select pg_notify('hushu_outbox', ''), pg_notify('hushu_redrive', $1)`, [String(id)]);
  }

  /** Against a cancel at the same moment: one of the two waits and finds the other's state. */
  private async lock(client: ClientBase, lease: RedriveLease): Promise<void> {
    await client.query('select 1 from runs.redrive where id = $1 for no key update', [lease.redrive]);
    await client.query('select runs.check_redrive($1, $2)', [lease.redrive, lease.token]);
  }
}
