import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSocialCredit, socialCreditCheck } from './social-credit.js';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const first17 = fc.tuple(fc.constantFrom('11', '52', '91', '93', 'N1'), fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 9, maxLength: 9 }))
  .map(([head, body]) => `${head}370399${body}`);

describe('social credit codes', () => {
  it('check as the example of GB 32100 does', () => {
    expect(parseSocialCredit('91350100M000100Y43')).toEqual({
      code: '91350100M000100Y43', valid: true, department: '9', division: '350100', body: 'M000100Y4',
    });
  });

  it('show any single changed character', () => {
    fc.assert(fc.property(first17, fc.integer({ min: 8, max: 16 }), fc.constantFrom(...ALPHABET), (f, at, c) => {
      fc.pre(f[at] !== c);
      const code = f + socialCreditCheck(f);
      expect(parseSocialCredit(code.toLowerCase())?.valid).toBe(true);
      expect(parseSocialCredit(code.slice(0, at) + c + code.slice(at + 1))?.valid).toBe(false);
    }));
  });

  it.each(['', '91350100M000100Y4', '91350100I000100Y43', '9135010OM000100Y43'])('%p is none', (s) => { expect(parseSocialCredit(s)).toBeNull(); });
});
