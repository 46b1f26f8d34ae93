import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CopyWriter } from './copy-writer.js';
import { TokenBatch } from './token-batch.js';

const cipherOf = (fill: number) => ({
  sealBlocks(blocks: Buffer): Buffer {
    return createCipheriv('sm4-ecb', Buffer.alloc(16, fill), null).setAutoPadding(false).update(blocks);
  },
});

/** CBC-MAC as it is written down: one message, block after block. */
function plainMac(fill: number, key: Buffer): Buffer {
  const message = Buffer.alloc(Math.ceil((key.length + 1) / 16) * 16);
  message[0] = key.length;
  key.copy(message, 1);
  let state = Buffer.alloc(16);
  for (let at = 0; at < message.length; at += 16) {
    const mixed = Buffer.from(state.map((byte, i) => byte ^ message[at + i]));
    state = createCipheriv('sm4-ecb', Buffer.alloc(16, fill), null).setAutoPadding(false).update(mixed);
  }
  return state;
}

const batch = (): TokenBatch => new TokenBatch({ document: cipherOf(1), phone: cipherOf(2) }, cipherOf(3));

describe('tokens of a buffer of tuples', () => {
  it('are those that one by one would give, wherever they lie', () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 200 });
    const suffix = fc.option(fc.uint8Array({ minLength: 1, maxLength: 15 }), { nil: null });
    const block = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(fc.property(fc.array(fc.record({ key, suffix, block, phone: fc.boolean() }), { maxLength: 40 }), (rows) => {
      const out = new CopyWriter();
      const tokens = batch();
      for (const row of rows) {
        tokens.mac(out, Buffer.from(row.key), 0, row.key.length, row.suffix && Buffer.from(row.suffix));
        out.token(row.phone ? 'phone' : 'document', Buffer.from(row.block), 0);
      }
      tokens.seal(out);
      rows.forEach((row, i) => {
        const at = i * 40;
        expect(out.buffer.readInt32BE(at)).toBe(16);
        expect(out.buffer.subarray(at + 4, at + 20)).toEqual(plainMac(3, Buffer.concat([row.key, row.suffix ?? Buffer.alloc(0)])));
        expect(out.buffer.subarray(at + 24, at + 40)).toEqual(cipherOf(row.phone ? 2 : 1).sealBlocks(Buffer.from(row.block)));
      });
    }));
  });

  it('start anew after each buffer, also one that was given up', () => {
    const out = new CopyWriter();
    const tokens = batch();
    tokens.mac(out, Buffer.from('given up'), 0, 8, null);
    out.token('document', Buffer.alloc(16, 9), 0);
    tokens.forget(out);
    out.clear();
    tokens.mac(out, Buffer.from('kept'), 0, 4, null);
    tokens.seal(out);
    expect(out.length).toBe(20);
    expect(out.buffer.subarray(4, 20)).toEqual(plainMac(3, Buffer.from('kept')));
  });
});
