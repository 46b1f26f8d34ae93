import { packInto, unpackBlock } from '#kernel';
import type { Keys } from '../root/keys.js';

/** A document on its normal form (see normaliseDocument). */
export interface PlainDocument { kind: string; number: string }

/** Tokens of many documents on their normal form, in one cipher call; null where kind and number do not fit a block. */
export function documentTokens(keys: Keys, documents: readonly (PlainDocument | null)[]): (string | null)[] {
  const blocks = Buffer.alloc(16 * documents.length);
  const fits = documents.map((document, i) => document !== null && packInto(blocks, 16 * i, Number(document.kind), document.number));
  return uuidsOf(keys.tokens('document').sealBlocks(blocks)).map((token, i) => (fits[i] ? token : null));
}

/** The numbers behind many tokens, in one cipher call. */
export function openNumbers(keys: Keys, purpose: 'document' | 'phone', tokens: readonly string[]): string[] {
  const opened = keys.tokens(purpose).openBlocks(blocksOf(tokens));
  return tokens.map((_token, i) => unpackBlock(opened.subarray(16 * i, 16 * i + 16)).chars);
}

/** The wire ids of many people, in one cipher call; each is what personIdOf gives. */
export function personIdsOf(keys: Keys, persons: readonly string[]): string[] {
  const sealed = keys.tokens('person-id').sealBlocks(blocksOf(persons));
  return persons.map((_person, i) => `p${base32(sealed, 16 * i)}`);
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/** 128 bits as 26 characters of Crockford's base 32: three bits first, then five at a time. */
function base32(bytes: Buffer, at: number): string {
  let bits = bytes[at] ?? 0;
  let text = BASE32.charAt(bits >> 5);
  let held = 5;
  bits &= 31;
  for (let i = at + 1; i <= at + 16; i++) {
    while (held >= 5) {
      held -= 5;
      text += BASE32.charAt((bits >> held) & 31);
      bits &= (1 << held) - 1;
    }
    if (i < at + 16) {
      bits = (bits << 8) | (bytes[i] ?? 0);
      held += 8;
    }
  }
  return text;
}

function blocksOf(uuids: readonly string[]): Buffer {
  let hex = '';
  for (const uuid of uuids) hex += uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
  return Buffer.from(hex, 'hex');
}

function uuidsOf(blocks: Buffer): string[] {
  const hex = blocks.toString('hex');
  const uuids: string[] = [];
  for (let at = 0; at < hex.length; at += 32) {
    uuids.push(`${hex.slice(at, at + 8)}-${hex.slice(at + 8, at + 12)}-${hex.slice(at + 12, at + 16)}-${hex.slice(at + 16, at + 20)}-${hex.slice(at + 20, at + 32)}`);
  }
  return uuids;
}
