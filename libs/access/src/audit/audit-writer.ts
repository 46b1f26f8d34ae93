import { performance } from 'node:perf_hooks';
import { loadSql, type Database } from '#database';
import { HubError, type Clock } from '#kernel';
import type { Keys } from '#keys';
import type { Client, ClientBase } from 'pg';
import { chain, headMac } from './audit-chain.js';
import type { AuditEvent, AuditReceipt, AuditUse } from './audit-event.js';
import { dayOf } from './day.js';

interface Pending {
  text: string;
  use: AuditUse | undefined;
  resolve: (receipt: AuditReceipt) => void;
  reject: (error: Error) => void;
}

interface Sealed { from: number; before: Buffer; seq: number; at: string; bodies: string; hashes: Buffer; last: Buffer; receipts: AuditReceipt[] }

interface Written { taken: boolean; grant_id: string | null; day: string | null; persons: number | null }

/** One statement holds at most so many events, or characters of bodies. */
const BATCH_EVENTS = 1000;
const BATCH_CHARACTERS = 4_000_000;
/** An event that could not be written for so long fails, and with it the reply it stands for. */
const GIVE_UP_MS = 5000;

/**
 * Group commit: events that arrive while a batch is on its way go into the next one, so that many callers
 * share one statement and one flush to disk. `append` resolves when the event is durable. Several writers,
 * in this process or others, may share the chain: the head decides who goes first.
 */
export class AuditWriter {
  private readonly key: Buffer;
  private readonly used = new Map<string, number>();
  private usedDay = '';
  private queue: Pending[] = [];
  private connection: Client | undefined;
  private head: { seq: number; h: Buffer } | undefined;
  private flushing = false;
  private ended = false;
  /** Batches and events written, for the metrics. */
  readonly counts = { batches: 0, events: 0, conflicts: 0 };

  constructor(private readonly database: Database, keys: Keys, private readonly clock: Clock) {
    this.key = keys.secret('audit-head', 32);
  }

  append(event: AuditEvent, use?: AuditUse): Promise<AuditReceipt> {
    return this.appendText(JSON.stringify(event), use);
  }

  /** As `append`, for a caller that already has the event's JSON text; it must be one line. */
  appendText(text: string, use?: AuditUse): Promise<AuditReceipt> {
    if (this.ended) return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      this.queue.push({ text, use, resolve, reject });
      if (!this.flushing) {
        this.flushing = true;
        setImmediate(() => { void this.flush(); });
      }
    });
  }

  /** People already asked for today under a grant, as far as this process knows: exact after each of its own writes. */
  usedToday(grant: string): number {
    return this.usedDay === dayOf(this.clock.now()) ? this.used.get(grant) ?? 0 : 0;
  }

  /** Reads today's counts, so that a restart or another gateway does not start them anew. */
  async loadUse(): Promise<void> {
    const day = dayOf(this.clock.now());
    const { rows } = await this.database.pool('access').query<{ grant_id: string; persons: number }>(
      'select grant_id, persons::float8 as persons from access.daily_use where day = $1::date', [day]);
    for (const row of rows) this.note(row.grant_id, day, row.persons);
  }

  /** Writes what waits, then lets the connection go. */
  async end(): Promise<void> {
    this.ended = true;
    while (this.flushing) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.connection?.end().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.takeBatch();
      try {
        const receipts = await this.writeBatch(batch);
        for (let i = 0; i < batch.length; i++) batch[i]!.resolve(receipts[i]!);
      } catch (cause) {
        const error = unavailable(cause);
        for (const one of batch) one.reject(error);
      }
    }
    this.flushing = false;
  }

  private takeBatch(): Pending[] {
    let count = 0;
    for (let size = 0; count < this.queue.length && count < BATCH_EVENTS && (count === 0 || size < BATCH_CHARACTERS); count++) {
      size += this.queue[count]!.text.length;
    }
    return this.queue.splice(0, count);
  }

  private async writeBatch(batch: Pending[]): Promise<AuditReceipt[]> {
    const until = performance.now() + GIVE_UP_MS;
    for (let attempt = 1; ; attempt++) {
      let sealed: Sealed | undefined;
      try {
        const connection = await this.connect();
        this.head ??= await readHead(connection);
        sealed = this.seal(batch, this.head);
        if (await this.send(connection, sealed, batch)) return this.written(sealed);
        // Someone else's batch went first. Hold the head while this one is sealed again.
        this.counts.conflicts++;
        sealed = undefined;
        return this.written(await this.sendLocked(connection, batch, (one) => { sealed = one; }));
      } catch (cause) {
        await this.disconnect();
        if (performance.now() > until) throw cause;
        await new Promise((resolve) => setTimeout(resolve, Math.min(20 * attempt, 500)));
        // The answer may have been lost after the commit: the chain itself tells.
        if (sealed && await this.stands(sealed)) return this.written(sealed);
      }
    }
  }

  private written(sealed: Sealed): AuditReceipt[] {
    this.head = { seq: sealed.seq, h: sealed.last };
    this.counts.batches++;
    this.counts.events += sealed.receipts.length;
    return sealed.receipts;
  }

  private seal(batch: Pending[], head: { seq: number; h: Buffer }): Sealed {
    const at = this.clock.now().toISOString();
    const hashes = Buffer.allocUnsafe(32 * batch.length);
    const receipts: AuditReceipt[] = [];
    const bodies: string[] = [];
    let h = head.h;
    for (let i = 0; i < batch.length; i++) {
      const seq = head.seq + i + 1;
      const body = `{"seq":${seq},"at":"${at}",${batch[i]!.text.slice(1)}`;
      h = chain(h, body);
      h.copy(hashes, 32 * i);
      bodies.push(body);
      receipts.push({ seq, h: h.toString('hex') });
    }
    return { from: head.seq, before: head.h, seq: head.seq + batch.length, at, bodies: bodies.join('\n'), hashes, last: h, receipts };
  }

  private async send(connection: ClientBase, sealed: Sealed, batch: Pending[]): Promise<boolean> {
    const day = dayOf(new Date(sealed.at));
    const use = new Map<string, { requests: number; persons: number }>();
    for (const { use: one } of batch) {
      if (!one) continue;
      const sum = use.get(one.grant);
      if (sum) { sum.requests++; sum.persons += one.persons; } else use.set(one.grant, { requests: 1, persons: one.persons });
    }
    const { rows } = await connection.query<Written>({
      name: 'access-audit',
      text: loadSql(import.meta.dirname, 'audit'),
      values: [
        sealed.seq, sealed.last, headMac(this.key, sealed.seq, sealed.last), sealed.from, sealed.before,
        sealed.at, sealed.bodies, sealed.hashes,
        [...use.keys()], Array.from(use, () => day), Array.from(use.values(), (one) => one.requests), Array.from(use.values(), (one) => one.persons),
      ],
    });
    for (const row of rows) if (row.grant_id !== null) this.note(row.grant_id, row.day!, row.persons!);
    return rows.length > 0;
  }

  private async sendLocked(connection: ClientBase, batch: Pending[], remember: (sealed: Sealed) => void): Promise<Sealed> {
    await connection.query('begin');
    try {
      const { rows } = await connection.query<{ seq: number; h: Buffer }>(
        'select seq::float8 as seq, h from access.audit_head where one for update');
      const sealed = this.seal(batch, rows[0]!);
      remember(sealed);
      await this.send(connection, sealed, batch);
      await connection.query('commit');
      return sealed;
    } catch (error) {
      await connection.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  private async stands(sealed: Sealed): Promise<boolean> {
    try {
      const connection = await this.connect();
      const { rows } = await connection.query<{ h: Buffer }>('select h from access.audit where seq = $1', [sealed.seq]);
      return rows[0]?.h.equals(sealed.last) ?? false;
    } catch {
      await this.disconnect();
      return false;
    }
  }

  private note(grant: string, day: string, persons: number): void {
    if (day !== this.usedDay) { this.used.clear(); this.usedDay = day; }
    this.used.set(grant, persons);
  }

  private async connect(): Promise<Client> {
    this.connection ??= await this.database.connect('access');
    return this.connection;
  }

  private async disconnect(): Promise<void> {
    const connection = this.connection;
    this.connection = this.head = undefined;
    await connection?.end().catch(() => undefined);
  }
}

async function readHead(connection: ClientBase): Promise<{ seq: number; h: Buffer }> {
  const { rows } = await connection.query<{ seq: number; h: Buffer }>('select seq::float8 as seq, h from access.audit_head where one');
  return rows[0]!;
}

function unavailable(cause?: unknown): HubError {
  return new HubError({
    code: 'HUSHU-ACCESS-01',
    zh: '审计暂时无法写入,因此不作答',
    en: 'The audit cannot be written at the moment, so no answer is given',
    hintZh: '稍后重试', hintEn: 'Try again later', retry: true, cause,
  });
}
