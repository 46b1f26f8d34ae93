import type { Socket } from 'node:net';
import { loadSql, type Database } from '#database';
import { HubError } from '#kernel';
import type { Client } from 'pg';
import { storeAway } from '../grant/store-away.js';
import type { QueryPlan } from './query-plan.js';
import type { Row } from './record-writer.js';

/** The day ages count from, and the point of valid and known time, where the plan asks for them. */
export interface Moment { today: string; validAt?: string; knownAt?: string }

interface Ask { keys: readonly string[]; resolve: (rows: ReadonlyMap<string, Row>) => void; reject: (error: Error) => void }
interface Group { plan: QueryPlan; moment: Moment; asks: Ask[]; keys: number; retried: boolean }

/** People one joined statement may ask for; a larger ask goes alone. */
const JOINED_PEOPLE = 500;
/** Transactions on the way at once: while the server works on one, the next is already in its socket. */
const IN_FLIGHT = 2;
/** Statements the server keeps prepared for a lane; field sets beyond that are parsed anew each time. */
const PREPARED = 200;

const AS_TEXT = { getTypeParser: () => (text: string) => text } as never;

/**
 * One pipelined connection. Asks under the same grant and field set that wait at the same time are joined
 * into one statement; grants are never mixed. Begin, settings, select and commit are queued in one
 * synchronous call, and the settings come out of the grant as it stands at that moment: a grant that was
 * revoked a millisecond ago sets nothing, and the row policies let nothing through.
 */
export class ReadLane {
  private readonly waiting = new Map<string, Group>();
  private readonly prepared = new Map<string, string>();
  private connection: Promise<Client> | undefined;
  private live: Client | undefined;
  private inFlight = 0;
  private scheduled = false;
  private closed = false;
  readonly counts = { transactions: 0, asks: 0, people: 0 };

  constructor(private readonly database: Database) {}

  /** Rows by key; a key without a row is nobody for this grant. Throws HUSHU-SHARING-10 when the grant stands no more. */
  read(plan: QueryPlan, keys: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Row>> {
    if (keys.length === 0) return Promise.resolve(new Map());
    if (this.closed) return Promise.reject(storeAway());
    this.counts.asks++;
    this.counts.people += keys.length;
    return new Promise((resolve, reject) => {
      this.place({ keys, resolve, reject }, plan, moment);
      this.schedule();
    });
  }

  async end(): Promise<void> {
    this.closed = true;
    const client = await this.connection?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  private place(ask: Ask, plan: QueryPlan, moment: Moment): void {
    const at = plan.parameters.map((name) => moment[name]).join('|');
    for (let n = 0; ; n++) {
      const key = `${plan.id}\n${at}\n${n}`;
      const group = this.waiting.get(key);
      if (!group) {
        this.waiting.set(key, { plan, moment, asks: [ask], keys: ask.keys.length, retried: false });
        return;
      }
      if (group.keys + ask.keys.length <= JOINED_PEOPLE) {
        group.asks.push(ask);
        group.keys += ask.keys.length;
        return;
      }
    }
  }

  private schedule(): void {
    if (this.scheduled || this.inFlight >= IN_FLIGHT || this.waiting.size === 0) return;
    this.scheduled = true;
    // What else arrives in this turn of the event loop goes along.
    setImmediate(() => { void this.flush(); });
  }

  private async flush(): Promise<void> {
    let client: Client;
    try {
      client = this.live ?? await this.connect();
    } catch (cause) {
      this.scheduled = false;
      const groups = [...this.waiting.values()];
      this.waiting.clear();
      for (const group of groups) for (const ask of group.asks) ask.reject(storeAway(cause));
      return;
    }
    this.scheduled = false;
    for (const [key, group] of this.waiting) {
      if (this.inFlight >= IN_FLIGHT) return;
      this.waiting.delete(key);
      this.submit(client, group);
    }
  }

  private submit(client: Client, group: Group): void {
    const { plan, moment } = group;
    this.inFlight++;
    this.counts.transactions++;
    let stands = false;
    let rows: Row[] = [];
    let failure: Error | undefined;
    const fail = (error: Error | null | undefined): void => { failure ??= error ?? undefined; };
    const keys = [...new Set(group.asks.length === 1 ? group.asks[0]!.keys : group.asks.flatMap((ask) => ask.keys))];
    const name = this.nameOf(plan);
    // One write for the whole transaction: a system call costs more than any of the four.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.cork();
    client.query('begin isolation level repeatable read read only', fail);
    client.query({ name: 'sharing-terms', text: loadSql(import.meta.dirname, 'standing_terms'), values: [plan.grant, plan.version] },
      (error, result) => { fail(error); stands = (result as { rowCount: number | null } | undefined)?.rowCount === 1; });
    client.query({
      ...(name !== undefined && { name }), text: plan.sql, values: [`{${keys.join(',')}}`, ...plan.parameters.map((one) => moment[one])],
      rowMode: 'array', types: AS_TEXT,
    }, (error, result) => { fail(error); rows = (result as { rows: Row[] } | undefined)?.rows ?? []; });
    client.query('commit', (error) => {
      fail(error);
      this.inFlight--;
      this.schedule();
      this.settle(group, client, stands, rows, failure);
    });
    stream.uncork();
  }

  private settle(group: Group, client: Client, stands: boolean, rows: Row[], failure: Error | undefined): void {
    if (failure && this.isBroken(failure)) {
      this.drop(client);
      if (!group.retried) {
        group.retried = true;
        this.waiting.set(`retry\n${group.plan.id}\n${this.counts.transactions}`, group);
        this.schedule();
        return;
      }
    }
    // Without standing terms the policies refuse the select as well; that it was refused is then no failure.
    const error = !stands && (!failure || isDatabaseError(failure)) ? grantGone() : failure && storeAway(failure);
    if (error) {
      for (const ask of group.asks) ask.reject(error);
      return;
    }
    const found = new Map<string, Row>();
    for (const row of rows) {
      const known = found.get(row[0]!);
      if (!known || prefers(row, known)) found.set(row[0]!, row);
    }
    for (const ask of group.asks) ask.resolve(found);
  }

  private isBroken(failure: Error): boolean {
    return !isDatabaseError(failure) || (failure as { code?: string }).code?.startsWith('57P') === true || (failure as { code?: string }).code === '0A000';
  }

  private nameOf(plan: QueryPlan): string | undefined {
    let name = this.prepared.get(plan.id);
    if (name === undefined && this.prepared.size < PREPARED) this.prepared.set(plan.id, name = `sharing-${this.prepared.size}`);
    return name;
  }

  private connect(): Promise<Client> {
    this.connection ??= this.database.connect('sharing', { pipeline: true }).then((client) => {
      client.once('end', () => { this.drop(client); });
      this.live = client;
      // Every key is asked for once: a cache of what was looked up before would only be filled. Where it fails, the connection has ended.
      client.query('set enable_memoize = off').catch(() => undefined);
      return client;
    }, (error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  private drop(client: Client): void {
    if (this.live !== client) return;
    this.live = this.connection = undefined;
    this.prepared.clear();
    void client.end().catch(() => undefined);
  }
}

/** Of two holders of one number: the person it has stood for from the first, whose key is the number's own token. */
function prefers(row: Row, known: Row): boolean {
  if (known[1] === known[0]) return false;
  return row[1] === row[0] || row[1]! < known[1]!;
}

function isDatabaseError(error: Error): boolean {
  return 'severity' in error;
}

function grantGone(): HubError {
  return new HubError({ code: 'HUSHU-SHARING-10', zh: '该授权已失效', en: 'This grant stands no more' });
}
