import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packBlock, packInto, unpackBlock } from './pack.js';

const kind = fc.integer({ min: 0, max: 1023 });
const of = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength });
const narrow = of('0123456789X', 28);
const wide = of('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-/', 21);

describe('document blocks', () => {
  it('give back what was packed', () => {
    fc.assert(fc.property(kind, fc.oneof(narrow, wide), (k, chars) => {
      const block = packBlock(k, chars);
      expect(block).toHaveLength(16);
      expect(unpackBlock(block as Uint8Array)).toEqual({ kind: k, chars });
    }), { numRuns: 3000 });
  });

  it('are the same for the same document only', () => {
    fc.assert(fc.property(kind, fc.oneof(narrow, wide), kind, fc.oneof(narrow, wide), (k, a, l, b) => {
      const same = Buffer.compare(packBlock(k, a) as Uint8Array, packBlock(l, b) as Uint8Array) === 0;
      expect(same).toBe(k === l && a === b);
    }), { numRuns: 3000 });
  });

  it('tell a leading zero from none, and a longer number from a shorter', () => {
    const blocks = ['0', '00', '000', '0A', '00A', 'A', 'A0'].map((s) => Buffer.from(packBlock(1, s) as Uint8Array).toString('hex'));
    expect(new Set(blocks).size).toBe(blocks.length);
  });

  it('hold an id card in nine bytes behind two of head', () => {
    expect(Buffer.from(packBlock(111, '37039919900307123X') as Uint8Array).toString('hex')).toBe('0df2' + '37039919900307123a' + '0000000000');
  });

  it.each([[0, ''], [-1, '1'], [1024, '1'], [1.5, '1'], [1, 'a'], [1, '中'], [1, 'A'.repeat(22)], [1, '1'.repeat(29)], [1, 'A B']])(
    'do not hold kind %p with %p', (k, chars) => {
      expect(packBlock(k, chars)).toBeNull();
      const buffer = Buffer.alloc(32, 7);
      expect(packInto(buffer, 8, k, chars)).toBe(false);
      expect(buffer).toEqual(Buffer.alloc(32, 7));
    },
  );

  it('are written in place, and nowhere else', () => {
    const buffer = Buffer.alloc(48, 7);
    expect(packInto(buffer, 16, 414, 'E12345678')).toBe(true);
    expect(buffer.subarray(0, 16)).toEqual(Buffer.alloc(16, 7));
    expect(buffer.subarray(32)).toEqual(Buffer.alloc(16, 7));
    expect(unpackBlock(buffer.subarray(16, 32))).toEqual({ kind: 414, chars: 'E12345678' });
  });

  it('are refused when nobody packed them', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      let read: { kind: number; chars: string };
      try {
        read = unpackBlock(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'HUSHU-KERNEL-01' });
        return;
      }
      expect(packBlock(read.kind, read.chars)).toEqual(bytes);
    }), { numRuns: 3000 });
    expect(() => unpackBlock(new Uint8Array(15))).toThrow('HUSHU-KERNEL-01');
  });
});
