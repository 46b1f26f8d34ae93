import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dateOfDays } from '../date/date.js';
import { checkCharacter, foldDocument, parseCitizenId } from './citizen-id.js';

/** ISO 7064 MOD 11-2 as the standard states it (pure system, Horner form): the oracle of the table of weights. */
function iso7064(first17: string): string {
  let p = 0;
  for (const c of first17) p = ((p + Number(c)) * 2) % 11;
  const check = (12 - p) % 11;
  return check === 10 ? 'X' : String(check);
}

/** 370399 was never given out: nobody has such a number. */
const first17 = fc.tuple(fc.integer({ min: -36500, max: 9000 }), fc.integer({ min: 1, max: 999 }))
  .map(([days, order]) => `370399${dateOfDays(days).replaceAll('-', '')}${String(order).padStart(3, '0')}`);
const id = first17.map((f) => f + iso7064(f));

describe('citizen ids', () => {
  it('have the check character of ISO 7064', () => {
    fc.assert(fc.property(first17, (f) => { expect(checkCharacter(f)).toBe(iso7064(f)); }));
  });

  it('are read with birth date, sex and division', () => {
    expect(parseCitizenId('370399199003071231')).toEqual({
      id: '370399199003071231', valid: false, problem: 'citizen-id-check', birthDate: '1990-03-07', sex: '1', division: '370399',
    });
    const sound = `37039919900307124${iso7064('37039919900307124')}`;
    expect(parseCitizenId(sound)).toMatchObject({ valid: true, problem: null, sex: '2' });
  });

  it('show any single changed digit, and any two neighbours changed about', () => {
    fc.assert(fc.property(id, fc.integer({ min: 0, max: 17 }), fc.integer({ min: 1, max: 9 }), (s, at, by) => {
      const old = s[at] === 'X' ? 10 : Number(s[at]);
      const digit = String((old + by) % (at === 17 ? 11 : 10)).replace('10', 'X');
      fc.pre(digit !== s[at]);
      expect(parseCitizenId(s.slice(0, at) + digit + s.slice(at + 1))?.valid ?? false).toBe(false);
    }));
    fc.assert(fc.property(id, fc.integer({ min: 0, max: 15 }), (s, at) => {
      fc.pre(s[at] !== s[at + 1]);
      expect(parseCitizenId(s.slice(0, at) + s[at + 1] + s[at] + s.slice(at + 2))?.valid ?? false).toBe(false);
    }));
  });

  it('of 15 digits become 18 of the same person', () => {
    fc.assert(fc.property(id, (s) => {
      fc.pre(s.slice(6, 8) === '19');
      expect(parseCitizenId(s.slice(0, 6) + s.slice(8, 17))).toEqual(parseCitizenId(s));
    }));
  });

  it('are read in every spelling', () => {
    const wide = (s: string): string => [...s].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('');
    fc.assert(fc.property(id, fc.integer({ min: 0, max: 18 }), (s, at) => {
      const expected = parseCitizenId(s);
      expect(expected?.valid).toBe(true);
      for (const spelling of [s.toLowerCase(), wide(s), `'${s}`, `"${s}"`, `${s.slice(0, at)} ${s.slice(at)}`, `\u200b${s}\u3000`]) {
        expect(parseCitizenId(spelling)).toEqual(expected);
      }
    }));
  });

  it.each([
    ['a date that does not exist', '370399199002301231'], ['a month that does not exist', '370399199013011231'],
  ])('with %s are not valid', (_, s) => {
    expect(parseCitizenId(s.slice(0, 17) + iso7064(s.slice(0, 17)))).toMatchObject({ valid: false, problem: 'citizen-id-date', birthDate: null });
  });

  it.each(['', '37039919900307', '3703991990030712311', '3703991990030712A1', '999999199003071231', '111111199003071231', '370399199003070005', '070399199003071231', '370399********1231'])(
    '%p is none', (s) => { expect(parseCitizenId(s)).toBeNull(); },
  );

  it('folding is done once', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (s) => {
      const folded = foldDocument(s);
      expect(foldDocument(folded)).toBe(folded);
    }), { numRuns: 2000 });
  });
});
