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
