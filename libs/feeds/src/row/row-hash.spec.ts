import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HashSet } from './hash-set.js';
import { RowDigest, RowHash } from './row-hash.js';

const SEED = Buffer.from('0123456789abcdef', 'hex');

function hashed(text: string, seed = SEED): [number, number] {
  const hash = new RowHash(seed);
  const bytes = Buffer.from(text);
  hash.hash(bytes, 0, bytes.length);
  return [hash.high, hash.low];
}

describe('a row hash', () => {
  it('is of the bytes alone, wherever they lie, and of the seed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(20), (row, shift) => {
      const [one, two] = [new RowHash(SEED), new RowHash(SEED)];
      one.hash(Buffer.from(row), 0, row.length);
      two.hash(Buffer.concat([Buffer.alloc(shift, 7), row, Buffer.alloc(5, 8)]), shift, shift + row.length);
      expect([two.high, two.low]).toEqual([one.high, one.low]);
    }));
    expect(hashed('a row', Buffer.alloc(8, 1))).not.toEqual(hashed('a row'));
  });

  it('is stored, so it stays what it was', () => {
    expect([hashed(''), hashed('01234567'), hashed('甘读书,370399')]).toEqual([[590877638, -2073421198], [-278172578, 2118871256], [-730459820, 633424131]]);
  });

  it('tells 200,000 rows apart that differ in a digit or two', () => {
    const seen = new HashSet(200_000);
    const hash = new RowHash(SEED);
    const row = Buffer.from('00000000,甘读书,1,37039919850101,20200101,310,1,2025-06-01');
    for (let n = 0; n < 200_000; n++) {
      for (let digit = 7, rest = n; digit >= 0; digit--, rest = Math.floor(rest / 10)) row[digit] = 48 + (rest % 10);
      hash.hash(row, 0, row.length);
      seen.add(hash.high, hash.low);
    }
    expect(seen.size).toBe(200_000);
  });

  it('spreads over every bit', () => {
    const ones = new Array<number>(64).fill(0);
    for (let n = 0; n < 20_000; n++) {
      const [high, low] = hashed(`row ${n}`);
      for (let bit = 0; bit < 32; bit++) {
        ones[bit] += (low >>> bit) & 1;
        ones[32 + bit] += (high >>> bit) & 1;
      }
    }
    // Six standard deviations of a fair coin.
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(6 * Math.sqrt(5000));
  });
});

describe('a delivery digest', () => {
  it('does not depend on the order of rows, and adds modulo 2^64', () => {
    const half = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(fc.property(fc.array(fc.tuple(half, half), { maxLength: 30 }), fc.nat(), (rows, turn) => {
      const digestOf = (list: [number, number][]): string => {
        const digest = new RowDigest();
        for (const [high, low] of list) digest.add(high, low);
        return digest.text();
      };
      const turned = rows.map((_, i) => rows[(i + turn) % rows.length]);
      const sum = rows.reduce((all, [high, low]) => (all + (BigInt(high >>> 0) << 32n) + BigInt(low >>> 0)) % (1n << 64n), 0n);
      expect(digestOf(rows)).toBe(`${rows.length}:${sum.toString(16).padStart(16, '0')}`);
      expect(digestOf(turned)).toBe(digestOf(rows));
    }));
  });

  it('takes a header in without counting it', () => {
    const digest = new RowDigest();
    digest.addHeader(0, 5);
    expect(digest.text()).toBe('0:0000000000000005');
  });
});

describe('a set of hashes', () => {
  // Few distinct values, so that rows meet, and low halves that all want the same slot.
  const value = fc.tuple(fc.constantFrom(0, 1, -1, 7), fc.constantFrom(0, 1024, 2048, -1, 5).map((n) => n | 0));

  it('does what a set of pairs does, and marks each once', () => {
    fc.assert(fc.property(fc.array(value, { maxLength: 200 }), fc.array(value, { maxLength: 50 }), (added, marked) => {
      const set = new HashSet(0);
      const plain = new Map<string, boolean>();
      for (const [high, low] of added) {
        expect(set.add(high, low)).toBe(!plain.has(`${high}:${low}`));
        plain.set(`${high}:${low}`, false);
      }
      for (const [high, low] of marked) {
        const before = plain.get(`${high}:${low}`);
        expect(set.mark(high, low)).toBe(before === undefined ? 0 : before ? 2 : 1);
        if (before !== undefined) plain.set(`${high}:${low}`, true);
      }
      const left: string[] = [];
      set.unmarked((high, low) => left.push(`${high}:${low}`));
      expect(left.sort()).toEqual([...plain].filter(([, mark]) => !mark).map(([name]) => name).sort());
      expect(set.size).toBe(plain.size);
    }));
  });

  it('grows and forgets nothing, marks included', () => {
    const set = new HashSet(10);
    for (let n = 0; n < 50_000; n++) {
      set.add(n, Math.imul(n, 0x9e3779b1));
      if (n % 3 === 0) set.mark(n, Math.imul(n, 0x9e3779b1));
    }
    for (let n = 0; n < 50_000; n++) if (set.mark(n, Math.imul(n, 0x9e3779b1)) !== (n % 3 === 0 ? 2 : 1)) throw new Error(`${n} was not kept`);
    expect(set.has(50_000, 1)).toBe(false);
  });
});
