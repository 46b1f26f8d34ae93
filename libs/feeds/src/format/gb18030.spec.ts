import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Decoder, DECODED_MOST, decoderOf } from './decoder.js';

function decode(decoder: Decoder, bytes: Uint8Array, cuts: number[]): { text: string; faults: number } {
  const to = Buffer.alloc(bytes.length * DECODED_MOST + 64);
  let at = 0;
  let from = 0;
  for (const cut of [...cuts.filter((c) => c <= bytes.length).sort((a, b) => a - b), bytes.length]) {
    at = decoder.decode(bytes, from, cut, to, at, false);
    from = cut;
  }
  at = decoder.decode(bytes, from, from, to, at, true);
  return { text: to.toString('utf8', 0, at), faults: decoder.faults.length };
}

const digit = fc.integer({ min: 0x30, max: 0x39 });
const lead = fc.integer({ min: 0x81, max: 0xfe });
/** Bytes that look like GB18030 and often are. */
const likely = fc.array(fc.oneof(
  fc.tuple(fc.integer({ min: 0x20, max: 0x7e })),
  fc.tuple(fc.integer({ min: 0, max: 255 })),
  fc.tuple(lead, fc.integer({ min: 0x40, max: 0xfe })),
  fc.tuple(lead, digit, lead, digit),
  fc.tuple(fc.integer({ min: 0x81, max: 0x84 }), digit, lead, digit),
), { maxLength: 12 }).map((parts) => Uint8Array.from(parts.flat()));

describe('gb18030', () => {
  it('agrees with TextDecoder on every pair', () => {
    const bytes = new Uint8Array(126 * 190 * 3);
    let n = 0;
    for (let a = 0x81; a <= 0xfe; a++) for (let b = 0x40; b <= 0xfe; b++) if (b !== 0x7f) bytes.set([a, b, 0x2c], 3 * n++);
    expect(decode(decoderOf('gb18030'), bytes, [])).toEqual({ text: new TextDecoder('gb18030').decode(bytes), faults: 0 });
  });

  it('agrees with TextDecoder on every sequence of four bytes of the basic plane, and at the edges of the others', () => {
    const decoder = decoderOf('gb18030');
    const oracle = new TextDecoder('gb18030', { ignoreBOM: true });
    const at = (i: number) => Uint8Array.from([0x81 + Math.floor(i / 12600), 0x30 + (Math.floor(i / 1260) % 10), 0x81 + (Math.floor(i / 10) % 126), 0x30 + (i % 10)]);
    const edges = [39419, 39420, 188999, 189000, 189001, 189000 + 0xfffff, 189000 + 0x100000, 126 * 12600 - 1];
    for (let i = 0; i < 40000; i += 1) check(i);
    edges.forEach(check);
    function check(i: number): void {
      decoder.reset();
      expect(decode(decoder, at(i), []).text).toBe(oracle.decode(at(i)));
    }
    decoder.reset();
    expect(decode(decoder, Uint8Array.from([0x84, 0x31, 0xa4, 0x37]), [])).toEqual({ text: '\ufffd', faults: 0 });
    decoder.reset();
    expect(decode(decoder, Uint8Array.from([0x84, 0x31, 0xa5, 0x30]), [])).toEqual({ text: '\ufffd', faults: 1 });
  });

  it('agrees with TextDecoder on any bytes at any cut, and counts what is no character', () => {
    fc.assert(fc.property(likely, fc.array(fc.nat(40), { maxLength: 4 }), (bytes, cuts) => {
      const oracle = new TextDecoder('gb18030', { ignoreBOM: true }).decode(bytes);
      const own = decode(decoderOf('gb18030'), bytes, cuts);
      expect(own.text).toBe(oracle);
      const spelledOut = Buffer.from(bytes).toString('latin1').split('\x84\x31\xa4\x37').length > 1;
      if (!spelledOut) expect(own.faults).toBe(oracle.split('\ufffd').length - 1);
    }), { numRuns: 20_000 });
  });

  it('reads long Chinese text cut anywhere', () => {
    const bytes = Buffer.from('b2cecda3b1b9e0bac52c30317a0a'.repeat(40), 'hex');
    const oracle = new TextDecoder('gb18030').decode(bytes);
    for (let cut = 0; cut <= bytes.length; cut++) expect(decode(decoderOf('gb18030'), bytes, [cut]).text).toBe(oracle);
  });
});

describe('utf-8', () => {
  const any = fc.array(fc.oneof(fc.tuple(fc.integer({ min: 0, max: 255 })), fc.string({ unit: 'binary', maxLength: 2 }).map((s) => [...Buffer.from(s)])), { maxLength: 12 })
    .map((parts) => Uint8Array.from(parts.flat()));

  it('agrees with TextDecoder on any bytes at any cut', () => {
    fc.assert(fc.property(any, fc.array(fc.nat(40), { maxLength: 4 }), (bytes, cuts) => {
      const oracle = new TextDecoder('utf-8', { ignoreBOM: true });
      const own = decode(decoderOf('utf-8'), bytes, cuts);
      expect(own.text).toBe(oracle.decode(bytes));
      expect(own.faults > 0).toBe(!isSound(bytes));
    }), { numRuns: 20_000 });
  });

  function isSound(bytes: Uint8Array): boolean {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  }
});
