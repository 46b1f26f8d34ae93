import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packBlock } from '#kernel';
import { encodeGb18030 } from './gb18030.js';

/** A sequence of bytes that must not be found, and what it would betray. */
export interface Needle { of: string; form: string; bytes: Buffer }
export interface Found { of: string; form: string; file: string; at: number }

const bigEndian = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();
const fullWidth = (text: string): string => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** A text in every encoding a file of the hub, its store or its suppliers has; ASCII is the same in UTF-8 and GB18030. */
export function formsOfText(of: string, text: string): Needle[] {
  const forms: [form: string, bytes: Buffer][] = [
    ['utf-8', Buffer.from(text)], ['gb18030', encodeGb18030(text)],
    ['utf-16le', Buffer.from(text, 'utf16le')], ['utf-16be', bigEndian(Buffer.from(text, 'utf16le'))],
    ['full-width utf-8', Buffer.from(fullWidth(text))], ['full-width gb18030', encodeGb18030(fullWidth(text))],
    ['full-width utf-16le', Buffer.from(fullWidth(text), 'utf16le')],
    ['hex', Buffer.from(Buffer.from(text).toString('hex'))],
    // Three ways to lie across the groups of base 64; characters at the rim hold bits of the neighbours.
    ...[0, 1, 2].map((shift): [string, Buffer] => ['base64', Buffer.from(Buffer.from(' '.repeat(shift) + text).toString('base64').slice(shift === 0 ? 0 : 4).replace(/=+$/, '').slice(0, -2))]),
  ];
  return forms.map(([form, bytes]) => ({ of, form, bytes }));
}

/** A citizen id number without its check character, so that one which is wrong is found too, in every form in which it could be kept in clear. */
export function formsOfId(number: string): Needle[] {
  const first17 = number.slice(0, 17);
  const needles = [...formsOfText(number, first17), ...formsOfText(number, number.slice(0, 6) + number.slice(8, 17))];
  const whole = [BigInt(first17), ...(/X$/i.test(number) ? [] : [BigInt(number)])];
  for (const value of whole) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    needles.push({ of: number, form: 'int8', bytes: Buffer.from(bytes) }, { of: number, form: 'int8, network order', bytes: bytes.reverse() });
    const groups = value.toString().padStart(20, '0').match(/.{4}/g)!;
    needles.push({ of: number, form: 'numeric', bytes: Buffer.from(Int16Array.from(groups.map(Number)).buffer) });
  }
  const block = packBlock(111, number.toUpperCase());
  if (block) needles.push({ of: number, form: 'unsealed block', bytes: Buffer.from(block) });
  return needles;
}

export function formsOfPhone(number: string): Needle[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(number));
  return [...formsOfText(number, number), { of: number, form: 'int8', bytes }];
}

/** Looks for many needles in one pass: only where two bytes begin one is more than a table asked. */
export class ClearNumbers {
  private readonly begins = new Uint8Array(65536);
  private readonly byBeginning = new Map<number, Needle[]>();
  private readonly longest: number;

  constructor(needles: Needle[]) {
    for (const needle of needles) {
      const beginning = needle.bytes.readUInt16BE(0);
      this.begins[beginning] = 1;
      const others = this.byBeginning.get(beginning);
      if (others) others.push(needle);
      else this.byBeginning.set(beginning, [needle]);
    }
    this.longest = Math.max(...needles.map(({ bytes }) => bytes.length));
  }

  search(bytes: Buffer, file: string, offset = 0, to = bytes.length): Found[] {
    const { begins } = this;
    const found: Found[] = [];
    const last = Math.min(to, bytes.length - 1);
    for (let i = 0; i < last; i++) {
      const beginning = (bytes[i]! << 8) | bytes[i + 1]!;
      if (begins[beginning] === 0) continue;
      for (const { of, form, bytes: needle } of this.byBeginning.get(beginning)!) {
        if (i + needle.length <= bytes.length && needle.compare(bytes, i, i + needle.length) === 0) found.push({ of, form, file, at: offset + i });
      }
    }
    return found;
  }

  /** Every file under a folder, byte for byte. */
  searchFolder(folder: string, piece = 1 << 24): { found: Found[]; files: string[]; bytes: number } {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
    const found: Found[] = [];
    let bytes = 0;
    const window = Buffer.alloc(piece + this.longest);
    for (const file of files) {
      const handle = openSync(join(folder, file), 'r');
      for (let at = 0, read = 1; read > 0; at += piece) {
        read = readSync(handle, window, 0, window.length, at);
        found.push(...this.search(window.subarray(0, read), file, at, piece));
        bytes += Math.min(read, piece);
      }
      closeSync(handle);
    }
    return { found, files, bytes };
  }
}
