import type { Client, ClientBase } from 'pg';
import type { Database } from '#database';
import type { FetchLedger } from '../fetch/fetch-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { killPoint } from '../kill-point.js';
import { NEXT_QUEUE } from '../ledger/ledger.js';
import { dueOrders } from '../ledger/order-lease.js';
import type { Queues, RunQueue } from './queues.js';

/** Milliseconds between sweeps: what a lost bell costs at most. */
const SWEEP_EVERY = 1000;

/**
 * Rings BullMQ for what the outbox announces (job id `ob-<outbox id>`, so a bell rung twice is one job) and,
 * each second, for runs whose bell was lost: an emptied Redis, a dead worker, an expired lease. The same sweep rings
 * for feeds that are due to be fetched: PostgreSQL has the schedule, Redis never.
 */
export class Relay {
  private listener: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private working: Promise<void> = Promise.resolve();
  private again = false;
  private busy = false;

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly fetches: FetchLedger,
    private readonly queues: Queues,
    private readonly onError: (error: unknown) => void,
  ) {}

  async start(): Promise<void> {
    await this.listen();
    this.timer = setInterval(() => this.wake(true), SWEEP_EVERY);
    this.wake(true);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.working;
    await this.listener?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const client = await this.database.connect('runs');
    client.on('notification', () => this.wake(false));
    client.on('error', () => { this.listener = null; });
    await client.query('listen hushu_outbox');
    this.listener = client;
  }

  private wake(sweep: boolean): void {
    if (this.stopped) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    this.working = this.work(sweep).catch(this.onError).finally(() => {
      this.busy = false;
      if (this.again) {
        this.again = false;
        this.wake(false);
      }
    });
  }

  private async work(sweep: boolean): Promise<void> {
    if (this.listener === null && sweep) await this.listen();
    for (let rung: number[] = [0]; rung.length > 0;) {
      rung = await this.database.transaction('runs', (client) => this.ringUnsent(client));
      for (const run of rung) killPoint('relay.sent', run);
    }
    // The id changes every few seconds: a job that ended without effect must not keep the next from being added.
    const id = (what: string) => `sweep-${what}-${Math.floor(Date.now() / 2000)}`;
    // Orders are few and have no outbox: looking is what announces them.
    for (const redrive of await dueOrders(this.database, 'redrive')) await this.queues.redrive.add('redrive', { run: redrive }, { ...JOB, jobId: id(`${redrive}-redrive`) });
    for (const replay of await dueOrders(this.database, 'replay')) await this.queues.replay.add('replay', { run: replay }, { ...JOB, jobId: id(`${replay}-replay`) });
    if (!sweep) return;
    for (const { id: run, state } of await this.ledger.due()) {
      const queue = NEXT_QUEUE[state];
      if (queue === undefined) continue;
      await this.queues[queue].add(queue, { run }, { ...JOB, jobId: id(`${run}-${queue}`) });
      killPoint('relay.swept', run);
    }
    for (const feed of await this.fetches.due()) {
      await this.queues.fetch.add('fetch', { feed }, { ...JOB, jobId: `fetch-${feed}-${Math.floor(Date.now() / 2000)}` });
    }
  }

  /** @returns the runs it rang for */
  private async ringUnsent(client: ClientBase): Promise<number[]> {
    const { rows } = await client.query(
      'select id, queue, run from runs.outbox where sent_at is null order by id limit 100 for update skip locked');
    for (const row of rows) {
      await this.queues[row.queue as RunQueue].add(row.queue, { run: row.run }, { ...JOB, jobId: `ob-${row.id}` });
      killPoint('relay.rung', row.run);
    }
    if (rows.length > 0) await client.query('update runs.outbox set sent_at = clock_timestamp() where id = any ($1)', [rows.map((r) => r.id)]);
    for (const { run } of rows) killPoint('relay.sending', run);
    return rows.map(({ run }) => run);
  }
}

const JOB = { removeOnComplete: { age: 60, count: 1000 }, removeOnFail: { age: 600, count: 1000 } };
