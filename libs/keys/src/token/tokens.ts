import { normaliseDocument, normalisePhone, packBlock, unpackBlock } from '#kernel';
import type { Keys } from '../root/keys.js';
import { bytesOf, uuidOf } from './token-cipher.js';

/** The token of one document on its normal form; null when there is no document, its number is wrong, or it does not fit a block. */
export function documentToken(keys: Keys, kind: string, number: string): string | null {
  const normal = normaliseDocument(kind, number);
  if (normal === null || 'problem' in normal) return null;
  const block = packBlock(Number(normal.kind), normal.number);
  return block === null ? null : keys.tokens('document').seal(block);
}

/** The document behind a token. */
export function openDocument(keys: Keys, token: string): { kind: string; number: string } {
  const { kind, chars } = unpackBlock(keys.tokens('document').open(token));
  return { kind: String(kind).padStart(3, '0'), number: chars };
}

const PHONE = 0;

export function phoneToken(keys: Keys, phone: string): string | null {
  const digits = normalisePhone(phone);
  const block = digits === null ? null : packBlock(PHONE, digits);
  return block === null ? null : keys.tokens('phone').seal(block);
}

export function openPhone(keys: Keys, token: string): string {
  return unpackBlock(keys.tokens('phone').open(token)).chars;
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const PERSON_ID = /^p[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The id a consumer sees: 'p' and 26 characters of Crockford's base 32. Only the hub turns it back. */
export function personIdOf(keys: Keys, person: string): string {
  const sealed = keys.tokens('person-id').sealBlocks(bytesOf(person));
  let value = BigInt(`0x${sealed.toString('hex')}`);
  let id = '';
  for (let i = 0; i < 26; i++) {
    id = BASE32.charAt(Number(value & 31n)) + id;
    value >>= 5n;
  }
  return `p${id}`;
}

/** The person behind an id; null when the text is not one. */
export function personOf(keys: Keys, personId: string): string | null {
  if (!PERSON_ID.test(personId)) return null;
  let value = 0n;
  for (const c of personId.slice(1)) value = (value << 5n) | BigInt(BASE32.indexOf(c));
  const sealed = Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
  return uuidOf(keys.tokens('person-id').openBlocks(sealed));
}
