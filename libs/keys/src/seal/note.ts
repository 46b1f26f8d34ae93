/**
 * The sealed form of something small, kept in a table's column (the raw line of a reject): encrypt-then-MAC in one piece.
 *
 * 'N' (1 byte), 1 when deflated else 0 (1), epoch (2), counter block to begin with (16, random), ciphertext, HMAC-SM3 of all before (32)
 *
 * The two keys are one pair an epoch: deriving a pair for each line would cost fifteen times the sealing. Lines sealed one after
 * the other go on with one key stream, block by block, since setting a cipher up costs more than a line: it begins with 96
 * random bits and a count of 0, and ends after 2^24 blocks, so two streams overlap with a chance of 2^-96.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomFillSync, timingSafeEqual, type Cipher } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SealingKeys } from './frame.js';
import { sealError } from './seal-error.js';

const MARK = 'N'.charCodeAt(0);
const HEAD_BYTES = 20;
const MAC_BYTES = 32;
const BLOCK = 16;
const HASH_BLOCK = 64;
const MOST_BLOCKS = 2 ** 24;
const NOTHING = Buffer.alloc(BLOCK);
/** Shorter texts shrink by a third at best, and setting the compressor up costs more than all the rest of the sealing. */
const DEFLATE_FROM = 1024;

export class NoteSealer {
  private readonly pairs = new Map<number, { cipher: Buffer; mac: HmacSm3 }>();
  private stream: Cipher | null = null;
  private readonly counter = Buffer.alloc(BLOCK);
  private blocks = 0;

  constructor(private readonly epoch: number, private readonly keys: SealingKeys) {}

  seal(plain: Uint8Array): Buffer {
    const { cipher, mac } = this.pair(this.epoch);
    const deflated = plain.length >= DEFLATE_FROM;
    const body = deflated ? deflateRawSync(plain, { level: 1 }) : plain;
    const note = Buffer.allocUnsafe(HEAD_BYTES + body.length + MAC_BYTES);
    note[0] = MARK;
    note[1] = deflated ? 1 : 0;
    note.writeUInt16BE(this.epoch, 2);
    this.encrypt(cipher, body, note);
    const end = HEAD_BYTES + body.length;
    mac.of(note.subarray(0, end)).copy(note, end);
    return note;
  }

  open(sealed: Uint8Array): Buffer {
    const note = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (note.length > 0 && note[0] !== MARK) throw sealError('not-sealed');
    if (note.length < HEAD_BYTES + MAC_BYTES) throw sealError('truncated');
    const { cipher, mac } = this.pair(note.readUInt16BE(2));
    const end = note.length - MAC_BYTES;
    // One piece has one check: another key, a change and a cut look the same.
    if (!timingSafeEqual(mac.of(note.subarray(0, end)), note.subarray(end))) throw sealError('tampered');
    const body = createDecipheriv('sm4-ctr', cipher, note.subarray(4, HEAD_BYTES)).update(note.subarray(HEAD_BYTES, end));
    return note[1] === 1 ? inflateRawSync(body) : body;
  }

  /** Counter block and ciphertext into their places in the note. */
  private encrypt(key: Buffer, body: Uint8Array, note: Buffer): void {
    if (this.stream === null || this.blocks > MOST_BLOCKS) {
      randomFillSync(this.counter, 0, BLOCK - 4);
      this.blocks = 0;
      this.counter.writeUInt32BE(0, BLOCK - 4);
      this.stream = createCipheriv('sm4-ctr', key, this.counter);
    }
    this.counter.writeUInt32BE(this.blocks, BLOCK - 4);
    this.counter.copy(note, 4);
    this.stream.update(body).copy(note, HEAD_BYTES);
    // The next line begins with a block of its own, behind nothing too.
    const taken = Math.max(1, Math.ceil(body.length / BLOCK));
    this.stream.update(NOTHING.subarray(0, taken * BLOCK - body.length));
    this.blocks += taken;
  }

  private pair(epoch: number): { cipher: Buffer; mac: HmacSm3 } {
    let pair = this.pairs.get(epoch);
    if (pair === undefined) {
      const sealingKey = this.keys.get(epoch);
      if (sealingKey === undefined) throw sealError('key');
      const both = Buffer.from(hkdfSync('sm3', sealingKey, '', 'note: cipher, mac', 48));
      pair = { cipher: both.subarray(0, 16), mac: new HmacSm3(both.subarray(16)) };
      this.pairs.set(epoch, pair);
    }
    return pair;
  }
}

/** HMAC-SM3 (RFC 2104) with its key's two blocks prepared: node:crypto's Hmac sets itself up anew each time, which costs as much as a line. */
class HmacSm3 {
  private readonly inner = Buffer.alloc(HASH_BLOCK + (1 << 14));
  private readonly outer = Buffer.alloc(HASH_BLOCK + MAC_BYTES);

  /** @param key no longer than a block of the hash */
  constructor(key: Uint8Array) {
    for (let i = 0; i < HASH_BLOCK; i++) {
      this.inner[i] = (key[i] ?? 0) ^ 0x36;
      this.outer[i] = (key[i] ?? 0) ^ 0x5c;
    }
  }

  of(bytes: Uint8Array): Buffer {
    const end = HASH_BLOCK + bytes.length;
    const inner = end <= this.inner.length ? this.inner : Buffer.concat([this.inner.subarray(0, HASH_BLOCK)], end);
    inner.set(bytes, HASH_BLOCK);
    hash('sm3', inner.subarray(0, end), 'buffer').copy(this.outer, HASH_BLOCK);
    return hash('sm3', this.outer, 'buffer');
  }
}
