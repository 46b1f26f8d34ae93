import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#database';
import { readProgress, readRedrives, readTransitions } from '#runs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Client } from 'pg';
import { plain } from '../../http/problem.js';
import { shown } from '../redrives.controller.js';
import { mayActOn } from '../feeds-of.js';
import { EventStream } from './event-stream.js';

/** Streams a client may have open. */
const MOST_STREAMS = 8;
const BEAT_EVERY = 15_000;
/** A stream ends after so long, so that a client that was revoked is asked for its token again. */
const LONGEST = 300_000;
/** States read at once when a reader goes on from where it was. */
const BATCH = 500;
const ENDS = new Set(['published', 'refused', 'discarded', 'failed']);

interface Watcher {
  run: number | null;
  stream: EventStream;
  /** Whether the reader sees a feed at all. */
  sees: (feed: string) => boolean;
  /** The last state that was sent. */
  last: number;
  since: number;
  /** Runs to say something of, while something is being said. */
  waiting: Set<number>;
  /** Orders to drive rejects again, likewise. */
  orders: Set<number>;
  busy: boolean;
}

/**
 * What runs are doing, told to all who watch: `state` events with ids, which Last-Event-ID goes on from, and `progress`
 * without; `redrive` events, without too, to who watches all. One connection of this gateway listens for all of them; while it is down the beat reads what it missed.
 */
@Injectable()
export class RunStreams implements OnModuleDestroy {
  private readonly watchers = new Set<Watcher>();
  private readonly held = new Map<string, number>();
  private listening: Promise<Client> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Opens a stream. `run` null: of all runs, from now on where `after` is undefined.
   * Throws HUSHU-GATEWAY-32 when the client has too many.
   */
  async watch(request: FastifyRequest, reply: FastifyReply, run: number | null, after: number | undefined): Promise<void> {
    const client = request.caller!.client;
    if (this.stopped) throw plain('HUSHU-GATEWAY-28');
    const held = this.held.get(client) ?? 0;
    if (held >= MOST_STREAMS) throw plain('HUSHU-GATEWAY-32', undefined, { retryAfter: 5, limit: MOST_STREAMS });
    this.held.set(client, held + 1);
    try {
      // Listened first, then read: nothing falls between.
      const [last, runs] = await this.listen().then(async () => Promise.all([after ?? (run === null ? this.newest() : 0), run === null ? this.active() : [run]]));
      this.open(request, reply, run, last, runs, client);
    } catch (error) {
      this.giveBack(client);
      throw error;
    }
  }

  private open(request: FastifyRequest, reply: FastifyReply, run: number | null, last: number, runs: number[], client: string): void {
    if (this.stopped) throw plain('HUSHU-GATEWAY-28');
    const stream = new EventStream(request, reply, () => {
      this.giveBack(client);
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.rest();
    });
    const watcher: Watcher = { run, stream, sees: (feed) => mayActOn(request, feed), last, since: performance.now(), waiting: new Set(), orders: new Set(), busy: false };
    if (stream.ended) return;
    this.watchers.add(watcher);
    this.timer ??= setInterval(() => { this.beat(); }, BEAT_EVERY);
    this.tell(watcher, runs);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    for (const { stream } of this.watchers) stream.end();
    this.rest();
    const listener = await this.listening?.catch(() => null);
    await listener?.end().catch(() => undefined);
  }

  private giveBack(client: string): void {
    const held = this.held.get(client)! - 1;
    if (held > 0) this.held.set(client, held);
    else this.held.delete(client);
  }

  private rest(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private listen(): Promise<Client> {
    if (this.stopped) return Promise.reject(plain('HUSHU-GATEWAY-28'));
    return this.listening ??= this.openListener().catch((error: unknown) => {
      this.listening = null;
      throw error;
    });
  }

  private async openListener(): Promise<Client> {
    const client = await this.database.connect('operations');
    const lost = (): void => { this.listening = null; };
    client.on('error', lost).on('end', lost);
    client.on('notification', ({ channel, payload }) => {
      if (channel === 'hushu_run') this.heard(Number(payload));
      else this.heardOrder(Number(payload));
    });
    await client.query('listen hushu_run; listen hushu_redrive');
    // What was said while nobody listened.
    for (const watcher of this.watchers) this.tell(watcher, watcher.run === null ? [] : [watcher.run]);
    return client;
  }

  private heard(run: number): void {
    for (const watcher of this.watchers) if (watcher.run === null || watcher.run === run) this.tell(watcher, [run]);
  }

  private heardOrder(order: number): void {
    for (const watcher of this.watchers) {
      if (watcher.run !== null) continue;
      watcher.orders.add(order);
      this.tell(watcher, []);
    }
  }

  private beat(): void {
    if (this.listening === null) this.listen().catch(() => undefined);
    for (const { stream, since } of this.watchers) {
      stream.beat();
      if (performance.now() - since > LONGEST) stream.end();
    }
  }

  /** One word after the other for each reader: what comes up meanwhile is said together, and never piles up. */
  private tell(watcher: Watcher, runs: number[]): void {
    for (const run of runs) watcher.waiting.add(run);
    if (watcher.busy) return;
    watcher.busy = true;
    // A reader whom the store does not answer comes back with the id it saw last.
    void this.sendWaiting(watcher).catch(() => { watcher.stream.end(); }).finally(() => { watcher.busy = false; });
  }

  private async sendWaiting(watcher: Watcher): Promise<void> {
    do {
      const [runs, orders] = [[...watcher.waiting], [...watcher.orders]];
      watcher.waiting.clear();
      watcher.orders.clear();
      await this.send(watcher, runs);
      for (const id of orders) await this.sendOrder(watcher, id);
    } while (watcher.waiting.size + watcher.orders.size > 0 && !watcher.stream.ended);
  }

  private async send(watcher: Watcher, runs: number[]): Promise<void> {
    const pool = this.database.pool('operations');
    const { stream } = watcher;
    for (let more = true; more && !stream.ended;) {
      const states = await readTransitions(pool, watcher.run, watcher.last, BATCH);
      for (const { id, ...state } of states) {
        if (watcher.sees(state.feed)) stream.send('state', state, id);
        watcher.last = id;
      }
      more = states.length === BATCH;
    }
    if (stream.ended) return;
    const progress = runs.length === 0 ? [] : await readProgress(pool, runs);
    for (const one of progress) if (watcher.sees(one.feed)) stream.send('progress', one);
    if (watcher.run === null || !progress.some((one) => one.run === watcher.run && ENDS.has(one.state))) return;
    stream.send('end', { run: watcher.run });
    stream.end();
  }

  private async sendOrder({ stream, sees }: Watcher, id: number): Promise<void> {
    const [order] = await readRedrives(this.database.pool('operations'), { id }, { limit: 1 });
    if (order !== undefined && sees(order.feed)) stream.send('redrive', shown(order));
  }

  private async newest(): Promise<number> {
    const { rows } = await this.database.pool('operations').query<{ id: number }>('select coalesce(max(id), 0)::float8 as id from runs.run_transition');
    return rows[0]!.id;
  }

  private async active(): Promise<number[]> {
    const { rows } = await this.database.pool('operations').query<{ id: number }>(
      `select id from runs.run_status where state in ('accepted', 'staged', 'linked') order by id limit 200`);
    return rows.map(({ id }) => id);
  }
}
