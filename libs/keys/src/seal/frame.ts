/**
 * The sealed form of a stream: encrypt-then-MAC in frames, each checked before a byte of it is handed on
 * (the STREAM construction of Hoang, Reyhanitabar, Rogaway, Vizár, 2015, over SM4-CTR and HMAC-SM3).
 *
 * header: "HSEAL" 1, epoch (2 bytes), nonce (16), HMAC of these (32)
 * frame:  length of the ciphertext with the top bit set on the last frame (4), ciphertext, HMAC of index, length and ciphertext (32)
 *
 * Both keys are derived from the epoch's sealing key and the nonce, so no two seals share a key stream and no frame
 * fits into another seal. A frame is 512 KiB, deflated on its own; the last may be empty. Nothing may follow it.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual, type Cipher, type Decipher } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sealError } from './seal-error.js';

const MAGIC = Buffer.from('HSEAL\x01', 'latin1');
export const MAC_BYTES = 32;
export const HEADER_BYTES = MAGIC.length + 2 + 16 + MAC_BYTES;
export const FRAME_BYTES = 512 * 1024;
const LAST = 0x80000000;
/** What gzip may add to a frame it cannot shrink. */
export const LONGEST_CIPHERTEXT = FRAME_BYTES + 4096;

/** One output buffer a frame: zlib's own of 16 KiB would be filled and joined thirty times. */
const GZIP = { level: 1, chunkSize: LONGEST_CIPHERTEXT };

/** Sealing keys by epoch, 32 bytes each. */
export type SealingKeys = ReadonlyMap<number, Uint8Array>;

function keysOf(sealingKey: Uint8Array, nonce: Uint8Array): { cipher: Buffer; mac: Buffer } {
  const both = Buffer.from(hkdfSync('sm3', sealingKey, nonce, 'seal: cipher, mac', 48));
  return { cipher: both.subarray(0, 16), mac: both.subarray(16) };
}

const ZERO_IV = Buffer.alloc(16);

function hmac(key: Buffer, ...parts: Uint8Array[]): Buffer {
  const mac = createHmac('sm3', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function frameHead(index: number, length: number, last: boolean): Buffer {
  const head = Buffer.allocUnsafe(8);
  head.writeUInt32BE(index, 0);
  head.writeUInt32BE((length | (last ? LAST : 0)) >>> 0, 4);
  return head;
}

export class FrameSealer {
  readonly header: Buffer;
  private readonly mac: Buffer;
  private readonly cipher: Cipher;
  private index = 0;

  constructor(epoch: number, sealingKey: Uint8Array) {
    const nonce = randomBytes(16);
    const keys = keysOf(sealingKey, nonce);
    const start = Buffer.alloc(HEADER_BYTES - MAC_BYTES);
    MAGIC.copy(start);
    start.writeUInt16BE(epoch, MAGIC.length);
    nonce.copy(start, MAGIC.length + 2);
    this.header = Buffer.concat([start, hmac(keys.mac, start)]);
    this.mac = keys.mac;
    this.cipher = createCipheriv('sm4-ctr', keys.cipher, ZERO_IV);
  }

  /** At most FRAME_BYTES of plain data → one frame. */
  seal(plain: Uint8Array, last: boolean): Buffer {
    const ciphertext = this.cipher.update(gzipSync(plain, GZIP));
    const head = frameHead(this.index++, ciphertext.length, last);
    return Buffer.concat([head.subarray(4), ciphertext, hmac(this.mac, head, ciphertext)]);
  }
}

export class FrameOpener {
  private readonly mac: Buffer;
  private readonly decipher: Decipher;
  private index = 0;

  /** `header` is HEADER_BYTES long. */
  constructor(header: Buffer, keys: SealingKeys) {
    if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw sealError('not-sealed');
    const sealingKey = keys.get(header.readUInt16BE(MAGIC.length));
    if (sealingKey === undefined) throw sealError('key');
    const start = header.subarray(0, HEADER_BYTES - MAC_BYTES);
    const derived = keysOf(sealingKey, start.subarray(MAGIC.length + 2));
    if (!timingSafeEqual(hmac(derived.mac, start), header.subarray(HEADER_BYTES - MAC_BYTES))) throw sealError('key');
    this.mac = derived.mac;
    this.decipher = createDecipheriv('sm4-ctr', derived.cipher, ZERO_IV);
  }

  /** What a frame's first four bytes say. */
  static head(bytes: Buffer): { length: number; last: boolean } {
    const word = bytes.readUInt32BE(0);
    const length = word & ~LAST;
    if (length > LONGEST_CIPHERTEXT) throw sealError('tampered');
    return { length, last: (word & LAST) !== 0 };
  }

  open(ciphertext: Uint8Array, tag: Uint8Array, last: boolean): Buffer {
    const head = frameHead(this.index++, ciphertext.length, last);
    if (!timingSafeEqual(hmac(this.mac, head, ciphertext), tag)) throw sealError('tampered');
    return gunzipSync(this.decipher.update(ciphertext), { chunkSize: FRAME_BYTES, maxOutputLength: FRAME_BYTES });
  }
}
