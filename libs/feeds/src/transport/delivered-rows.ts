import { randomBytes } from 'node:crypto';
import { HashSet } from '../row/hash-set.js';
import { RowHash } from '../row/row-hash.js';
import type { Cursor } from './transport.js';

/** Rows of one overlap window that are remembered; what is beyond is delivered again. */
export const REMEMBERED = 200_000;

/** Digits of a moment to the second, YYYYMMDDHHMMSS, by whatever clock the table's stamps are written. */
export type Digits = string;

export const DIGITS = /^\d{14}$/;

export function secondsBefore(digits: Digits, seconds: number): Digits {
  const [year, month, day, hour, minute, second] = [0, 4, 6, 8, 10, 12].map((at, i) => Number(digits.slice(at, at + (i === 0 ? 4 : 2))));
  const before = new Date(Date.UTC(year, month - 1, day, hour, minute, second - seconds));
  return Number.isNaN(before.getTime()) || before.getUTCFullYear() < 1000 ? digits : before.toISOString().replace(/\D/g, '').slice(0, 14);
}

/**
 * A delta feed reads again what lies within the overlap before its newest stamp, because a row may be committed after
 * later stamps were read. Most of that was delivered the last time: a seeded 64-bit hash of each such row's line tells.
 */
export class DeliveredRows {
  /** The newest stamp met; null when none ever was. */
  newest: Digits | null;
  private readonly seed: Buffer;
  private readonly hasher: RowHash;
  private readonly before: HashSet;
  private stamps = new Float64Array(1024);
  private hashes = new Int32Array(2048);
  private count = 0;

  /** @param cursor what `cursor` gave the last time; null, or of another table or column, when there is nothing to go on from */
  constructor(private readonly source: string, private readonly overlapSeconds: number, cursor: Cursor | null) {
    const { stamp, seed, seen } = cursor !== null && cursor['source'] === source ? cursor : {} as Cursor;
    this.newest = typeof stamp === 'string' && DIGITS.test(stamp) ? stamp : null;
    const kept = this.newest !== null && typeof seed === 'string' && typeof seen === 'string';
    this.seed = kept ? Buffer.from(seed, 'hex') : randomBytes(8);
    const seenBefore = Buffer.from(kept ? seen : '', 'base64');
    this.hasher = new RowHash(this.seed);
    this.before = new HashSet(seenBefore.length / 8);
    for (let i = 0; i + 8 <= seenBefore.length; i += 8) this.before.add(seenBefore.readInt32BE(i), seenBefore.readInt32BE(i + 4));
  }

  /** From where rows must be read again; null: all. */
  from(): Digits | null {
    return this.newest === null ? null : secondsBefore(this.newest, this.overlapSeconds);
  }

  /** @param stamp null when the row has none that can be compared. @returns whether exactly this row was delivered before */
  meet(line: string, stamp: Digits | null): boolean {
    const bytes = Buffer.from(line);
    this.hasher.hash(bytes, 0, bytes.length);
    const { high, low } = this.hasher;
    if (stamp !== null) {
      if (this.newest === null || stamp > this.newest) this.newest = stamp;
      this.remember(Number(stamp), high, low);
    }
    return this.before.has(high, low);
  }

  cursor(): Cursor | null {
    if (this.newest === null) return null;
    this.forget();
    const seen = Buffer.alloc(this.count * 8);
    for (let i = 0; i < this.count; i++) {
      seen.writeInt32BE(this.hashes[2 * i], i * 8);
      seen.writeInt32BE(this.hashes[2 * i + 1], i * 8 + 4);
    }
    return { source: this.source, stamp: this.newest, seed: this.seed.toString('hex'), seen: seen.toString('base64') };
  }

  private remember(stamp: number, high: number, low: number): void {
    if (this.count === this.stamps.length) this.makeRoom();
    this.stamps[this.count] = stamp;
    this.hashes[2 * this.count] = high;
    this.hashes[2 * this.count + 1] = low;
    this.count++;
  }

  /** Rows come by their stamp, so most of what is held has left the window again. */
  private makeRoom(): void {
    this.forget();
    if (this.count * 2 <= this.stamps.length) return;
    if (this.count >= REMEMBERED) {
      this.count = 0;
      return;
    }
    const stamps = new Float64Array(Math.min(this.stamps.length * 2, REMEMBERED));
    const hashes = new Int32Array(stamps.length * 2);
    stamps.set(this.stamps);
    hashes.set(this.hashes);
    this.stamps = stamps;
    this.hashes = hashes;
  }

  private forget(): void {
    const from = Number(this.from());
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.stamps[i] < from) continue;
      this.stamps[kept] = this.stamps[i];
      this.hashes[2 * kept] = this.hashes[2 * i];
      this.hashes[2 * kept + 1] = this.hashes[2 * i + 1];
      kept++;
    }
    this.count = kept;
  }
}
