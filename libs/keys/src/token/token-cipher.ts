import { createCipheriv, createDecipheriv, type Cipher, type Decipher } from 'node:crypto';
import { HubError } from '#kernel';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * SM4 (GB/T 32907) on single 16-byte blocks under one key: equal blocks stay equal, and only the key holder reads them back.
 * Every block is a whole message, so ECB over many blocks is a batch of messages, not one.
 */
export class TokenCipher {
  private readonly cipher: Cipher;
  private readonly decipher: Decipher;

  constructor(key: Uint8Array) {
    this.cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
    this.decipher = createDecipheriv('sm4-ecb', key, null).setAutoPadding(false);
  }

  /** n blocks of 16 bytes → n tokens of 16 bytes. Thousands a call: the call itself is what costs. */
  sealBlocks(blocks: Uint8Array): Buffer {
    wholeBlocks(blocks);
    return this.cipher.update(blocks);
  }

  openBlocks(tokens: Uint8Array): Buffer {
    wholeBlocks(tokens);
    return this.decipher.update(tokens);
  }

  /** One block → the token as PostgreSQL's uuid text. */
  seal(block: Uint8Array): string {
    return uuidOf(this.sealBlocks(block));
  }

  open(token: string): Buffer {
    return this.openBlocks(bytesOf(token));
  }

  /**
   * CBC-MAC of many messages at once, for keys of any length. `messages` holds them one after another, each padded with zeros to
   * whole blocks and beginning with its own length (without which a CBC-MAC can be forged); message i ends before `ends[i]`.
   */
  macBlocks(messages: Uint8Array, ends: ArrayLike<number>): Buffer {
    wholeBlocks(messages);
    const n = ends.length;
    const words = wordsOf(messages);
    const macs = Buffer.alloc(n * 16);
    const macWords = wordsOf(macs);
    // Round r takes block r of every message that has one: each round is one cipher call.
    let active = new Uint32Array(n);
    for (let i = 0; i < n; i++) active[i] = i;
    for (let round = 0; active.length > 0; round++) {
      const blocks = new Uint32Array(active.length * 4);
      for (let k = 0; k < active.length; k++) {
        const i = active[k] as number;
        const from = (i === 0 ? 0 : (ends[i - 1] as number)) / 4 + round * 4;
        for (let w = 0; w < 4; w++) blocks[k * 4 + w] = (macWords[i * 4 + w] as number) ^ (words[from + w] as number);
      }
      const sealed = wordsOf(this.cipher.update(new Uint8Array(blocks.buffer)));
      let longer = 0;
      for (let k = 0; k < active.length; k++) {
        const i = active[k] as number;
        for (let w = 0; w < 4; w++) macWords[i * 4 + w] = sealed[k * 4 + w] as number;
        const blocksOf = ((ends[i] as number) - (i === 0 ? 0 : (ends[i - 1] as number))) / 16;
        if (blocksOf > round + 1) active[longer++] = i;
      }
      active = active.subarray(0, longer);
    }
    return macs;
  }
}

/** The same bytes as 32-bit words; copied where they do not lie on a word. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

function wholeBlocks(bytes: Uint8Array): void {
  if (bytes.length % 16 !== 0) {
    throw new HubError({
      code: 'HUSHU-KEYS-05', zh: '令牌数据长度应为 16 字节的整数倍。', en: 'Token data must be whole blocks of 16 bytes.', details: { bytes: bytes.length },
    });
  }
}

/** 16 bytes as uuid text. */
export function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function bytesOf(uuid: string): Buffer {
  if (!UUID.test(uuid)) {
    throw new HubError({ code: 'HUSHU-KEYS-06', zh: '令牌不是 uuid。', en: 'A token must be a uuid.' });
  }
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
