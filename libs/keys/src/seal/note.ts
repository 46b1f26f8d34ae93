/**
 * The sealed form of something small, kept in a table's column (the raw line of a reject): encrypt-then-MAC in one piece.
 *
 * 'N' (1 byte), 1 when deflated else 0 (1), epoch (2), counter block to begin with (16, random), ciphertext, HMAC-SM3 of all before (32)
 *
 * The two keys are one pair an epoch: deriving a pair for each line would cost fifteen times the sealing. Counter blocks are
 * random 128-bit numbers, so two lines share key stream with a chance of about 2^-128 for each pair of blocks.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomFillSync, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SealingKeys } from './frame.js';
import { sealError } from './seal-error.js';

const MARK = 'N'.charCodeAt(0);
const HEAD_BYTES = 20;
const MAC_BYTES = 32;
/** Shorter texts do not shrink. */
const DEFLATE_FROM = 160;

export class NoteSealer {
  private readonly pairs = new Map<number, { cipher: Buffer; mac: Buffer }>();
  private readonly pool = Buffer.alloc(4096);
  private drawn = this.pool.length;

  constructor(private readonly epoch: number, private readonly keys: SealingKeys) {}

  seal(plain: Uint8Array): Buffer {
    const { cipher, mac } = this.pair(this.epoch);
    const deflated = plain.length >= DEFLATE_FROM;
    const body = deflated ? deflateRawSync(plain, { level: 1 }) : plain;
    const note = Buffer.allocUnsafe(HEAD_BYTES + body.length + MAC_BYTES);
    note[0] = MARK;
    note[1] = deflated ? 1 : 0;
    note.writeUInt16BE(this.epoch, 2);
    this.counterBlock().copy(note, 4);
    createCipheriv('sm4-ctr', cipher, note.subarray(4, HEAD_BYTES)).update(body).copy(note, HEAD_BYTES);
    const end = HEAD_BYTES + body.length;
    createHmac('sm3', mac).update(note.subarray(0, end)).digest().copy(note, end);
    return note;
  }

  open(sealed: Uint8Array): Buffer {
    const note = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (note.length > 0 && note[0] !== MARK) throw sealError('not-sealed');
    if (note.length < HEAD_BYTES + MAC_BYTES) throw sealError('truncated');
    const { cipher, mac } = this.pair(note.readUInt16BE(2));
    const end = note.length - MAC_BYTES;
    // One piece has one check: another key, a change and a cut look the same.
    if (!timingSafeEqual(createHmac('sm3', mac).update(note.subarray(0, end)).digest(), note.subarray(end))) throw sealError('tampered');
    const body = createDecipheriv('sm4-ctr', cipher, note.subarray(4, HEAD_BYTES)).update(note.subarray(HEAD_BYTES, end));
    return note[1] === 1 ? inflateRawSync(body) : body;
  }

  private counterBlock(): Buffer {
    if (this.drawn === this.pool.length) {
      randomFillSync(this.pool);
      this.drawn = 0;
    }
    return this.pool.subarray(this.drawn, (this.drawn += 16));
  }

  private pair(epoch: number): { cipher: Buffer; mac: Buffer } {
    let pair = this.pairs.get(epoch);
    if (pair === undefined) {
      const sealingKey = this.keys.get(epoch);
      if (sealingKey === undefined) throw sealError('key');
      const both = Buffer.from(hkdfSync('sm3', sealingKey, '', 'note: cipher, mac', 48));
      pair = { cipher: both.subarray(0, 16), mac: both.subarray(16) };
      this.pairs.set(epoch, pair);
    }
    return pair;
  }
}
