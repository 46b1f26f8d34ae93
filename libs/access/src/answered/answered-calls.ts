import { createHmac } from 'node:crypto';
import type { Database } from '#database';
import type { Clock } from '#kernel';
import type { Keys } from '#keys';

/** A call that named its key: who calls, under which key, what (method and path), with which body. */
export interface KeyedCall { client: string; key: string; route: string; body: string }

export interface KeptAnswer { status: number; answer: string }

/**
 * mine: do it, then `keep` its answer or `forget` it. answered: it was done, this is what was answered.
 * other: the key was given to another call. busy: the same call is being done at this moment.
 */
export type Taking = { outcome: 'mine' | 'other' | 'busy' } | ({ outcome: 'answered' } & KeptAnswer);

const KEPT_MS = 24 * 3_600_000;
/** After this long, whoever was doing a call has died: it may be done by who asks again. */
const DOING_MS = 90_000;

/** Calls that are done once however often they are sent, as long as the caller names them by a key. */
export class AnsweredCalls {
  private readonly secret: Buffer;

  constructor(private readonly database: Database, keys: Keys, private readonly clock: Clock) {
    this.secret = keys.secret('answered-call', 32);
  }

  /** Of any number that ask at once, one gets `mine`. */
  async take(call: KeyedCall): Promise<Taking> {
    const digest = createHmac('sm3', this.secret).update(call.route).update('\0').update(call.body).digest();
    const now = this.clock.now();
    const pool = this.database.pool('access');
    const { rowCount } = await pool.query(
      `insert into access.answered_call as c (client, key, route, digest, at) values ($1, $2, $3, $4, $5)
       on conflict (client, key) do update set route = excluded.route, digest = excluded.digest, status = null, answer = null, at = excluded.at
        where c.at < $6 or (c.status is null and c.at < $7 and c.digest = excluded.digest)`,
      [call.client, call.key, call.route, digest, now, new Date(now.getTime() - KEPT_MS), new Date(now.getTime() - DOING_MS)]);
    if (rowCount === 1) return { outcome: 'mine' };
    const { rows: [kept] } = await pool.query<{ digest: Buffer; status: number | null; answer: string }>(
      'select digest, status, answer from access.answered_call where client = $1 and key = $2', [call.client, call.key]);
    // It was forgotten between the two statements: whoever did it was refused.
    if (!kept) return { outcome: 'busy' };
    if (!kept.digest.equals(digest)) return { outcome: 'other' };
    return kept.status === null ? { outcome: 'busy' } : { outcome: 'answered', status: kept.status, answer: kept.answer };
  }

  async keep({ client, key }: KeyedCall, { status, answer }: KeptAnswer): Promise<void> {
    await this.database.pool('access').query(
      'update access.answered_call set status = $3, answer = $4 where client = $1 and key = $2', [client, key, status, answer]);
  }

  /** A call that was refused did nothing: its key may be used again. */
  async forget({ client, key }: KeyedCall): Promise<void> {
    await this.database.pool('access').query('delete from access.answered_call where client = $1 and key = $2 and status is null', [client, key]);
  }

  async sweep(): Promise<void> {
    await this.database.pool('access').query('delete from access.answered_call where at < $1', [new Date(this.clock.now().getTime() - KEPT_MS)]);
  }
}
