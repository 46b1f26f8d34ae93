import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Normaliser } from './normaliser.js';
import { NORMALISER_INPUT, NORMALISERS } from './normalisers.js';

const KINDS = Object.entries(NORMALISERS).map(([kind, build]): [string, Normaliser] => [kind, build({})]);
const anything = fc.string({ unit: fc.oneof(fc.constantFrom(...'张張王小明(男)·?*□ 1990年3月-+86路12号室无JoséØXx０９'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), maxLength: 12 });

describe.each(KINDS)('%s', (kind, normaliser) => {
  const read = (...row: (string | undefined)[]): (string | null)[] => {
    const out: (string | null)[] = [];
    normaliser.into(row, out, 0);
    return out;
  };

  it('writes each of its columns and nothing else, null for nothing', () => {
    expect(new Set(normaliser.columns).size).toBe(normaliser.columns.length);
    expect(normaliser.columns[0]).toBe('');
    expect(normaliser.columns).toEqual(expect.arrayContaining([...normaliser.dates ?? []]));
    const wanted = Math.min(NORMALISER_INPUT[kind]!.sources, 3);
    fc.assert(fc.property(fc.array(fc.oneof(anything, fc.constant(undefined)), { maxLength: wanted }), fc.nat(3), (row, at) => {
      const length = normaliser.columns.length;
      const out: (string | null)[] = new Array<string>(at + length + 1).fill('untouched');
      normaliser.into(row, out, at);
      expect(out).toHaveLength(at + length + 1);
      out.forEach((value, i) => {
        if (i < at || i >= at + length) expect(value).toBe('untouched');
        else if (value !== null) expect(typeof value === 'string' && value !== '').toBe(true);
      });
    }));
    for (const row of [[], [''], [undefined], ['', ''], [undefined, undefined]]) expect(read(...row)).toEqual(normaliser.columns.map(() => null));
  });

  it('what it made stays when it is read again', () => {
    fc.assert(fc.property(anything, (s) => {
      const first = read(s);
      // Words|numbers is a key, not an address any more.
      if (first[0] == null || kind === 'address-cn') return;
      expect(read(first[0])).toEqual(first);
    }), { numRuns: 1000 });
  });
});

describe('writings of one value', () => {
  const one = (kind: string): ((s: string) => (string | null)[]) => {
    const normaliser = NORMALISERS[kind]!({});
    return (s) => {
      const out: (string | null)[] = [];
      normaliser.into([s], out, 0);
      return out;
    };
  };
  const wide = (s: string): string => s.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

  it.each(Object.keys(NORMALISERS))('%s: full width is half width, and spaces around are none', (kind) => {
    const read = one(kind);
    const written = fc.oneof(fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 11 }), fc.string({ unit: fc.constantFrom(...'abXZ张伟小路号12'), maxLength: 8 }),
      fc.date({ min: new Date('0010-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)), fc.constantFrom('男', 'F', '37039919900307124X', '13900001234'));
    fc.assert(fc.property(written, (s) => {
      expect(read(wide(s))).toEqual(read(s));
      expect(read(` ${s} `)).toEqual(read(s));
    }), { numRuns: 500 });
  });

  it('names: traditional is simplified, and dots and spaces are nothing', () => {
    const read = one('han-name');
    const PAIRS = ['張张', '偉伟', '國国', '華华', '歐欧', '陽阳', '小小', '明明', '衞卫', '東东'];
    fc.assert(fc.property(fc.array(fc.constantFrom(...PAIRS), { minLength: 1, maxLength: 6 }), fc.constantFrom('', ' ', '\u3000', '·', '•'), (pairs, between) => {
      expect(read(pairs.map((pair) => pair[0]).join(between))).toEqual(read(pairs.map((pair) => pair[1]).join('')));
    }), { numRuns: 500 });
  });

  it('dates: what is swapped and swapped again is what it was', () => {
    const read = one('date');
    const part = fc.integer({ min: 1, max: 12 }).map((n) => String(n).padStart(2, '0'));
    fc.assert(fc.property(fc.integer({ min: 1600, max: 2100 }), part, part, (y, m, d) => {
      expect(read(read(`${y}-${m}-${d}`)[4]!)[4]).toBe(`${y}-${m}-${d}`);
    }));
  });
});

it('words beyond those remembered are read as well', () => {
  const [normaliser, fresh] = [NORMALISERS['word']!({}), NORMALISERS['word']!({})];
  const word = (n: number): string => Array.from(String(n), (digit) => 'bandescurt'[Number(digit)]).join('');
  const out: (string | null)[] = [], again: (string | null)[] = [];
  for (let n = 0; n < 120_000; n++) normaliser.into([word(n)], out, 0);
  for (const n of [0, 1, 70_000, 119_999]) {
    normaliser.into([word(n)], out, 0);
    fresh.into([word(n)], again, 0);
    expect(out).toEqual(again);
    expect(out[0]).toBe(word(n));
  }
});
