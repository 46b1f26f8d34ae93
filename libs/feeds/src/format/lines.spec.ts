import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from './lines.js';

function split(bytes: Buffer, cuts: number[], longest: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((b, start, end) => lines.push(b.toString('latin1', start, end)), longest);
  const shared = Buffer.alloc(bytes.length + 1);
  let from = 0;
  for (const cut of [...cuts.filter((c) => c < bytes.length).sort((a, b) => a - b), bytes.length]) {
    shared.fill(0);
    bytes.copy(shared, 0, from, cut);
    splitter.push(shared.subarray(0, cut - from));
    from = cut;
  }
  splitter.end();
  return lines;
}

/** The rule written out: lines without their end, in segments of the longest length. */
function expected(text: string, longest: number): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line) => {
    const segments: string[] = [];
    for (let at = 0; at < Math.max(1, line.length); at += longest) segments.push(line.slice(at, at + longest));
    segments.push(segments.pop()?.replace(/\r$/, '') ?? '');
    return segments;
  });
}

describe('lines', () => {
  it('depend on the bytes alone, not on how they were cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\xff'), maxLength: 40 });
    fc.assert(fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (t, cuts, longest) => {
      expect(split(Buffer.from(t, 'latin1'), cuts, longest)).toEqual(expected(t, longest));
    }), { numRuns: 5000 });
  });

  it('a line of ten megabytes comes in segments', () => {
    const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(10 << 20, 'x'), Buffer.from('\nb')]);
    const sizes: number[] = [];
    const splitter = new LineSplitter((_, start, end) => sizes.push(end - start));
    for (let at = 0; at < bytes.length; at += 100_000) splitter.push(bytes.subarray(at, at + 100_000));
    splitter.end();
    expect(sizes).toEqual([1, ...Array<number>(10).fill(1 << 20), 1]);
  });
});
