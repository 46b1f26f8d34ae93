/**
 * A document's kind and all its characters in one 16-byte block, so that one cipher block is join key and ciphertext at once.
 *
 * Bits 0      scheme: 0 = four bits a character ([0-9X], at most 28), 1 = base 40 ([0-9A-Z.-/], at most 21)
 * Bits 1-10   kind, 0..1023
 * Bits 11-15  number of characters
 * Bytes 2-15  the characters; four-bit ones from the left, base 40 as one big-endian number of 112 bits; the rest is zero
 *
 * The narrow scheme is taken whenever it can hold the characters: one document has one block.
 */
import { HubError } from '../error/hub-error.js';

const NARROW_LONGEST = 28;
const WIDE_LONGEST = 21;
const WIDE = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-/';

/** Value of an ASCII character in either scheme; 255 where it has none. */
const VALUE = new Uint8Array(128).fill(255);
for (let i = 0; i < WIDE.length; i++) VALUE[WIDE.charCodeAt(i)] = i;

/** The block, or null when kind or characters do not fit. */
export function packBlock(kind: number, chars: string): Uint8Array | null {
  const block = new Uint8Array(16);
  return packInto(block, 0, kind, chars) ? block : null;
}

/** Writes the block at an offset of a larger buffer; false, and nothing written, when it does not fit. */
export function packInto(out: Uint8Array, at: number, kind: number, chars: string): boolean {
  const n = chars.length;
  if (!Number.isInteger(kind) || kind < 0 || kind > 1023 || n === 0 || n > NARROW_LONGEST) return false;
  let narrow = true;
  for (let i = 0; i < n; i++) {
    const c = chars.charCodeAt(i);
    if (c > 127 || VALUE[c] === 255) return false;
    if (c !== 88 && (c < 48 || c > 57)) narrow = false;
  }
  if (!narrow && n > WIDE_LONGEST) return false;
  const head = ((narrow ? 0 : 1) << 15) | (kind << 5) | n;
  out[at] = head >> 8;
  out[at + 1] = head & 255;
  out.fill(0, at + 2, at + 16);
  if (narrow) {
    for (let i = 0; i < n; i++) {
      const c = chars.charCodeAt(i);
      const place = at + 2 + (i >> 1);
      out[place] = (out[place] ?? 0) | ((c === 88 ? 10 : c - 48) << ((i & 1) === 0 ? 4 : 0));
    }
  } else writeBase40(out, at + 2, chars);
  return true;
}

/** Seven 16-bit limbs, multiplied and added to character by character. */
function writeBase40(out: Uint8Array, at: number, chars: string): void {
  const limbs = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < chars.length; i++) {
    let carry = VALUE[chars.charCodeAt(i)] ?? 0;
    for (let k = 6; k >= 0; k--) {
      const v = (limbs[k] ?? 0) * 40 + carry;
      limbs[k] = v & 0xffff;
      carry = v >>> 16;
    }
  }
  for (let k = 0; k < 7; k++) {
    out[at + 2 * k] = (limbs[k] ?? 0) >> 8;
    out[at + 2 * k + 1] = (limbs[k] ?? 0) & 255;
  }
}

/** Reads a block; what was never packed (another key, a damaged token) is refused. */
export function unpackBlock(block: Uint8Array): { kind: number; chars: string } {
  if (block.length !== 16) throw notABlock();
  const head = ((block[0] ?? 0) << 8) | (block[1] ?? 0);
  const kind = (head >> 5) & 1023, n = head & 31;
  const chars = (head >> 15) === 0 ? readNarrow(block, n) : readBase40(block, n);
  const again = new Uint8Array(16);
  if (!packInto(again, 0, kind, chars)) throw notABlock();
  for (let i = 0; i < 16; i++) if (again[i] !== block[i]) throw notABlock();
  return { kind, chars };
}

function readNarrow(block: Uint8Array, n: number): string {
  let chars = '';
  for (let i = 0; i < n; i++) {
    const v = ((block[2 + (i >> 1)] ?? 0) >> ((i & 1) === 0 ? 4 : 0)) & 15;
    chars += v === 10 ? 'X' : v < 10 ? String(v) : ' ';
  }
  return chars;
}

function readBase40(block: Uint8Array, n: number): string {
  const limbs: number[] = [];
  for (let k = 0; k < 7; k++) limbs.push(((block[2 + 2 * k] ?? 0) << 8) | (block[3 + 2 * k] ?? 0));
  let chars = '';
  for (let i = 0; i < n; i++) {
    let rest = 0;
    for (let k = 0; k < 7; k++) {
      const v = rest * 65536 + (limbs[k] ?? 0);
      limbs[k] = Math.floor(v / 40);
      rest = v % 40;
    }
    chars = (WIDE[rest] ?? ' ') + chars;
  }
  return chars;
}

function notABlock(): HubError {
  return new HubError({
    code: 'HUSHU-KERNEL-01',
    zh: '该令牌解不出证件号码：密钥不符或数据已损坏。',
    en: 'This token does not hold a number: another key made it, or it is damaged.',
    hintZh: '请确认使用的是生成这些数据的根密钥。',
    hintEn: 'Check that the root key is the one these data were made with.',
  });
}
