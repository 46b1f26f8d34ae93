import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkCharacter, packBlock } from '#kernel';
import { Keys } from '../root/keys.js';
import { TokenCipher } from './token-cipher.js';
import { documentToken, openDocument, openPhone, personIdOf, personOf, phoneToken } from './tokens.js';

const keysOf = (fill: number): Keys => new Keys(new Map([[1, Buffer.alloc(32, fill)]]));
const keys = keysOf(1), others = keysOf(2);
const ID = `37039919900307123${checkCharacter('37039919900307123')}`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the token cipher', () => {
  it('is SM4 (GB/T 32907, example 1)', () => {
    const cipher = new TokenCipher(Buffer.from('0123456789abcdeffedcba9876543210', 'hex'));
    const sealed = cipher.sealBlocks(Buffer.from('0123456789abcdeffedcba9876543210', 'hex'));
    expect(sealed.toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  });

  it('seals many blocks as it seals each', () => {
    const cipher = keys.tokens('document');
    const blocks = Buffer.concat(['1', '22', '333'].map((s) => packBlock(1, s) as Uint8Array));
    const sealed = cipher.sealBlocks(blocks);
    for (let i = 0; i < 3; i++) expect(cipher.sealBlocks(blocks.subarray(i * 16, i * 16 + 16))).toEqual(sealed.subarray(i * 16, i * 16 + 16));
    expect(cipher.openBlocks(sealed)).toEqual(blocks);
    expect(cipher.sealBlocks(Buffer.alloc(0))).toHaveLength(0);
    expect(() => cipher.sealBlocks(Buffer.alloc(17))).toThrow('HUSHU-KEYS-05');
    expect(() => cipher.open('nothing')).toThrow('HUSHU-KEYS-06');
  });
});

describe('document tokens', () => {
  it('are one for every spelling, and open to the number', () => {
    const token = documentToken(keys, '111', ID);
    expect(token).toMatch(UUID);
    expect(documentToken(keys, '113', ID.toLowerCase())).toBe(token);
    expect(documentToken(keys, '111', '370399900307123')).toBe(token);
    expect(openDocument(keys, token as string)).toEqual({ kind: '111', number: ID });
  });

  it('differ by kind, purpose and key, and open with no other key', () => {
    const token = documentToken(keys, '414', 'E12345678') as string;
    expect(documentToken(keys, '990', 'E12345678')).not.toBe(token);
    expect(documentToken(others, '414', 'E12345678')).not.toBe(token);
    expect(() => openDocument(others, token)).toThrow('HUSHU-KERNEL-01');
    expect(phoneToken(keys, '13012345678')).not.toBe(phoneToken(others, '13012345678'));
  });

  it('are not made of wrong numbers', () => {
    for (const [kind, number] of [['111', '370399199003071230'], ['111', ''], ['999', '1'], ['990', '军字第1号']] as const) {
      expect(documentToken(keys, kind, number)).toBeNull();
    }
  });

  it('open to whatever was sealed', () => {
    const number = fc.stringMatching(/^[A-Z0-9][A-Z0-9./-]{3,18}[A-Z0-9]$/);
    fc.assert(fc.property(number, (n) => {
      expect(openDocument(keys, documentToken(keys, '990', n) as string)).toEqual({ kind: '990', number: n });
    }));
  });

  it('of phones open to the digits', () => {
    const token = phoneToken(keys, '+86 130 1234 5678') as string;
    expect(phoneToken(keys, '13012345678')).toBe(token);
    expect(openPhone(keys, token)).toBe('13012345678');
    expect(phoneToken(keys, '无')).toBeNull();
  });
});

describe('wire ids of people', () => {
  it('turn back to the person with the same key', () => {
    fc.assert(fc.property(fc.uuid(), (person) => {
      const id = personIdOf(keys, person);
      expect(id).toMatch(/^p[0-7][0-9a-hjkmnp-tv-z]{25}$/);
      expect(personOf(keys, id)).toBe(person);
      expect(personOf(others, id)).not.toBe(person);
    }));
  });

  it.each(['', 'p', '00000000000000000000000000', `p${'0'.repeat(25)}`, `p${'0'.repeat(27)}`, `p8${'0'.repeat(25)}`, `p0${'u'.repeat(25)}`, `P0${'0'.repeat(25)}`])(
    '%p is none', (id) => { expect(personOf(keys, id)).toBeNull(); },
  );
});
