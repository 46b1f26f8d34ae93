import { isUtf8 } from 'node:buffer';
import type { Decoder } from './decoder.js';

/**
 * UTF-8 checked and handed on. Valid input costs one native check and one copy; only a chunk with a fault in it is
 * walked byte by byte, each maximal ill-formed part becoming one U+FFFD (Unicode 16, section 3.9, table 3-8), as TextDecoder does.
 */
export class Utf8Decoder implements Decoder {
  readonly faults: number[] = [];
  private readonly joint = new Uint8Array(4);
  private held = 0;

  decode(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number, last: boolean): number {
    let o = at;
    to.set(this.joint.subarray(0, this.held), o);
    o += this.held;
    to.set(from.subarray(start, end), o);
    o += end - start;
    this.held = 0;
    if (!last) {
      const cut = cutShort(to, at, o);
      for (let i = o - cut; i < o; i++) this.joint[this.held++] = to[i];
      o -= cut;
    }
    if (isUtf8(to.subarray(at, o))) return o;
    return this.mend(Uint8Array.from(to.subarray(at, o)), to, at);
  }

  reset(): void {
    this.held = 0;
    this.faults.length = 0;
  }

  private mend(from: Uint8Array, to: Uint8Array, at: number): number {
    const end = from.length;
    let o = at;
    let i = 0;
    while (i < end) {
      const lead = from[i];
      if (lead < 0x80) {
        to[o++] = lead;
        i++;
        continue;
      }
      const need = needed(lead);
      let got = 1;
      while (got < need && i + got < end && follows(lead, from[i + got], got)) got++;
      if (need > 0 && got === need) {
        for (let n = 0; n < need; n++) to[o++] = from[i + n];
      } else {
        this.faults.push(o);
        to[o++] = 0xef;
        to[o++] = 0xbf;
        to[o++] = 0xbd;
      }
      i += got;
    }
    return o;
  }
}

/** Bytes of the character a lead byte begins; 0: begins none. */
export function needed(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** Whether a byte may stand at place `place` (1..3) after the lead; refuses overlong forms, surrogates and what lies past U+10FFFF. */
export function follows(lead: number, byte: number, place: number): boolean {
  if (place === 1) {
    if (lead === 0xe0) return byte >= 0xa0 && byte <= 0xbf;
    if (lead === 0xed) return byte >= 0x80 && byte <= 0x9f;
    if (lead === 0xf0) return byte >= 0x90 && byte <= 0xbf;
    if (lead === 0xf4) return byte >= 0x80 && byte <= 0x8f;
  }
  return byte >= 0x80 && byte <= 0xbf;
}

/** How many bytes at the end begin a character that is not complete yet: 0..3. */
export function cutShort(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const lead = bytes[end - back];
    if (lead < 0x80) return 0;
    if (lead < 0xc0) continue;
    if (needed(lead) <= back) return 0;
    for (let place = 1; place < back; place++) if (!follows(lead, bytes[end - back + place], place)) return 0;
    return back;
  }
  return 0;
}
