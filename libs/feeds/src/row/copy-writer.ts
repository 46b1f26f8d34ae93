import { daysFrom2000 } from '../types/date.js';
import type { TokenPurpose } from './token-batch.js';
import { TokenPlaces } from './token-places.js';

/** First bytes of a COPY BINARY stream (PostgreSQL manual, COPY, Binary Format): signature, flags, extension length. */
export const COPY_HEADER = Buffer.from([80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
export const COPY_END = Buffer.from([255, 255]);

/**
 * Writes COPY BINARY tuples into one growing buffer. What tokens will be made of is gathered beside it with
 * their places: `TokenBatch` seals them all with one cipher call before the buffer leaves.
 */
export class CopyWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(1 << 20);
  length = 0;
  readonly tokens: Record<TokenPurpose, TokenPlaces> = { document: new TokenPlaces(), phone: new TokenPlaces() };

  clear(): void {
    this.length = 0;
    this.tokens.document.count = 0;
    this.tokens.phone.count = 0;
  }

  /** What was written, sealed by now; the writer goes on with a buffer of its own: `spare`, or a new one. */
  take(spare: Buffer | null): Buffer {
    const taken = this.buffer.subarray(0, this.length);
    this.buffer = spare ?? Buffer.allocUnsafeSlow(this.buffer.length);
    this.clear();
    return taken;
  }

  /** Makes sure that `bytes` more fit; called once a tuple with an upper bound. */
  ensure(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  tuple(columns: number): void {
    this.buffer[this.length++] = columns >>> 8;
    this.buffer[this.length++] = columns & 255;
  }

  null(): void {
    const b = this.buffer;
    const o = this.length;
    b[o] = 255; b[o + 1] = 255; b[o + 2] = 255; b[o + 3] = 255;
    this.length = o + 4;
  }

  int2(value: number): void {
    const b = this.buffer;
    const o = this.length;
    b[o] = 0; b[o + 1] = 0; b[o + 2] = 0; b[o + 3] = 2;
    b[o + 4] = (value >>> 8) & 255; b[o + 5] = value & 255;
    this.length = o + 6;
  }

  int4(value: number): void {
    const b = this.buffer;
    const o = this.length;
    b[o] = 0; b[o + 1] = 0; b[o + 2] = 0; b[o + 3] = 4;
    b[o + 4] = value >>> 24; b[o + 5] = (value >>> 16) & 255; b[o + 6] = (value >>> 8) & 255; b[o + 7] = value & 255;
    this.length = o + 8;
  }

  /** An int8 from its two halves. */
  int8(high: number, low: number): void {
    const b = this.buffer;
    const o = this.length;
    b[o] = 0; b[o + 1] = 0; b[o + 2] = 0; b[o + 3] = 8;
    b[o + 4] = high >>> 24; b[o + 5] = (high >>> 16) & 255; b[o + 6] = (high >>> 8) & 255; b[o + 7] = high & 255;
    b[o + 8] = low >>> 24; b[o + 9] = (low >>> 16) & 255; b[o + 10] = (low >>> 8) & 255; b[o + 11] = low & 255;
    this.length = o + 12;
  }

  /** A timestamp from YYYYMMDDHHMMSS as one number: microseconds from 2000-01-01, split without BigInt. */
  stamp(value: number): void {
    const day = Math.floor(value / 1e6);
    const time = value - day * 1e6;
    const seconds = Math.floor(time / 10000) * 3600 + (Math.floor(time / 100) % 100) * 60 + (time % 100);
    const micros = (daysFrom2000(day) * 86400 + seconds) * 1e6;
    const high = Math.floor(micros / 4294967296);
    this.int8(high, (micros - high * 4294967296) | 0);
  }

  bytes(from: Buffer, start: number, end: number): void {
    const b = this.buffer;
    let o = this.length;
    const length = end - start;
    b[o] = length >>> 24; b[o + 1] = (length >>> 16) & 255; b[o + 2] = (length >>> 8) & 255; b[o + 3] = length & 255;
    o += 4;
    if (length < 192) for (let i = start; i < end; i++) b[o++] = from[i];
    else {
      from.copy(b, o, start, end);
      o += length;
    }
    this.length = o;
  }

  ascii(text: string): void {
    const b = this.buffer;
    let o = this.length;
    b[o] = 0; b[o + 1] = 0; b[o + 2] = 0; b[o + 3] = text.length;
    o += 4;
    for (let i = 0; i < text.length; i++) b[o++] = text.charCodeAt(i);
    this.length = o;
  }

  /** Sixteen bytes that will be sealed under `purpose` before the buffer leaves. */
  token(purpose: TokenPurpose, from: Buffer, at: number): void {
    const b = this.buffer;
    const o = this.length;
    b[o] = 0; b[o + 1] = 0; b[o + 2] = 0; b[o + 3] = 16;
    this.tokens[purpose].add(o + 4, from, at);
    this.length = o + 20;
  }
}
