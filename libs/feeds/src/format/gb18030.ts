/**
 * GB18030 bytes to UTF-8 bytes, streamed. Tables are made once from Node's own TextDecoder, so both always agree,
 * private-use characters included (GB 18030-2005 and 2022 differ there). Invalid input is replaced and reported in
 * the manner of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/#gb18030-decoder).
 */
import type { Decoder } from './decoder.js';

const HIGHS = 0x80808080 | 0;

/** Two delivered bytes → UTF-8 of two or three bytes, the first in the lowest byte; 0: no character. */
let pairs: Int32Array | undefined;
/** Linear index of a four-byte sequence of the basic plane → UTF-16 unit; 0: no character. */
let quads: Uint16Array | undefined;

const QUADS = 39420;
/** Linear index of 0x90308130 = U+10000. */
const ASTRAL = 189000;
const REPLACEMENT = 0xfffd;

function pairTable(): Int32Array {
  if (pairs) return pairs;
  const table = new Int32Array(1 << 16);
  const row = new Uint8Array(192 * 3);
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let i = 0; i < 192; i++) row.set([lead, 0x40 + i, 10], i * 3);
    const cells = decoder.decode(row).split('\n');
    for (let i = 0; i < 192; i++) {
      const unit = cells[i].charCodeAt(0);
      if (cells[i].length !== 1 || unit === REPLACEMENT || unit < 0x80) continue;
      table[(lead << 8) | (0x40 + i)] = unit < 0x800
        ? (0xc0 | (unit >> 6)) | ((0x80 | (unit & 63)) << 8)
        : (0xe0 | (unit >> 12)) | ((0x80 | ((unit >> 6) & 63)) << 8) | ((0x80 | (unit & 63)) << 16);
    }
  }
  return (pairs = table);
}

function quadTable(): Uint16Array {
  if (quads) return quads;
  const table = new Uint16Array(QUADS);
  const decoder = new TextDecoder('gb18030', { ignoreBOM: true });
  const bytes = new Uint8Array(4);
  for (let i = 0; i < QUADS; i++) {
    bytes[0] = 0x81 + Math.floor(i / 12600);
    bytes[1] = 0x30 + (Math.floor(i / 1260) % 10);
    bytes[2] = 0x81 + (Math.floor(i / 10) % 126);
    bytes[3] = 0x30 + (i % 10);
    const text = decoder.decode(bytes);
    const unit = text.charCodeAt(0);
    // 0x8431A437 is U+FFFD itself, spelled out: a character, not a fault.
    if (text.length === 1 && (unit !== REPLACEMENT || (bytes[0] === 0x84 && bytes[1] === 0x31 && bytes[2] === 0xa4 && bytes[3] === 0x37))) table[i] = unit;
  }
  return (quads = table);
}

export class Gb18030Decoder implements Decoder {
  readonly faults: number[] = [];
  private readonly table = pairTable();
  /** A character cut by the end of a chunk: up to three bytes, then room for what follows them. */
  private readonly joint = Buffer.alloc(16);
  private held = 0;
  private consumed = 0;
  private written = 0;
  // Views are kept from call to call: cells of fixed width are decoded one by one out of the same buffer.
  private inputOf?: Uint8Array;
  private outputOf?: Uint8Array;
  private input = view(this.joint);
  private output = view(this.joint);

  decode(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number, last: boolean): number {
    let i = start;
    let o = at;
    if (this.held > 0) {
      const { joint, held } = this;
      const borrowed = Math.min(8, end - start);
      joint.set(from.subarray(start, start + borrowed), held);
      const all = start + borrowed === end;
      // Only the characters that begin in the held bytes are taken here; the rest is read in place.
      o = this.run(joint, 0, held + borrowed, held, to, o, all && last);
      if (this.consumed < held) {
        joint.copyWithin(0, this.consumed, held + borrowed);
        this.held = held + borrowed - this.consumed;
        return o;
      }
      i = start + this.consumed - held;
      this.held = 0;
    }
    o = this.run(from, i, end, end, to, o, last);
    for (let rest = this.consumed; rest < end; rest++) this.joint[this.held++] = from[rest];
    return o;
  }

  reset(): void {
    this.held = 0;
    this.faults.length = 0;
  }

  /** Takes characters that begin before `stop`, looking no further than `end`; `consumed` is where it stopped. */
  private run(from: Uint8Array, start: number, end: number, stop: number, to: Uint8Array, at: number, last: boolean): number {
    const table = this.table;
    let i = start;
    let o = at;
    // Eight bytes from the end on, nothing needs to ask whether there is another byte.
    const safe = Math.min(stop, end - 8);
    if (i < safe) {
      if (from !== this.inputOf) this.input = view((this.inputOf = from));
      if (to !== this.outputOf) this.output = view((this.outputOf = to));
      const { input, output } = this;
      while (i < safe) {
        // ASCII, four bytes at a time, then as many of four as there are.
        let word = input.getInt32(i, true);
        let high = word & HIGHS;
        while (high === 0) {
          output.setInt32(o, word, true);
          o += 4;
          i += 4;
          if (i >= safe) break;
          word = input.getInt32(i, true);
          high = word & HIGHS;
        }
        if (i >= safe) break;
        output.setInt32(o, word, true);
        const ascii = (31 - Math.clz32(high & -high)) >> 3;
        o += ascii;
        i += ascii;
        // Pairs: the four bytes written are the character's three and one that the next character overwrites.
        while (i < safe) {
          word = input.getInt32(i, true);
          const packed = table[((word & 255) << 8) | ((word >> 8) & 255)];
          if (packed <= 0xffff) {
            i += this.rare(from, i, end, to, o, last);
            o = this.written;
            break;
          }
          output.setInt32(o, packed, true);
          o += 3;
          i += 2;
          if ((word & 0x800000) === 0) break;
        }
      }
    }
    while (i < stop) {
      const lead = from[i];
      if (lead < 0x80) {
        to[o++] = lead;
        i++;
        continue;
      }
      const used = this.rare(from, i, end, to, o, last);
      if (used === 0) break;
      i += used;
      o = this.written;
    }
    this.consumed = i;
    return o;
  }

  /** One character or fault that begins with a byte of 0x80 or above. @returns bytes used; 0: more are needed. */
  private rare(from: Uint8Array, i: number, end: number, to: Uint8Array, o: number, last: boolean): number {
    const lead = from[i];
    if (lead === 0x80) return this.put(0x20ac, to, o, 1);
    if (lead === 0xff) return this.fault(to, o, 1);
    if (i + 1 >= end) return last ? this.fault(to, o, 1) : 0;
    const second = from[i + 1];
    const packed = this.table[(lead << 8) | second];
    if (packed !== 0) {
      let written = o;
      for (let rest = packed; rest > 0; rest >>>= 8) to[written++] = rest & 255;
      this.written = written;
      return 2;
    }
    if (second < 0x30 || second > 0x39) return this.fault(to, o, second < 0x80 ? 1 : 2);
    if (i + 2 >= end) return last ? this.fault(to, o, 2) : 0;
    const third = from[i + 2];
    if (third < 0x81 || third > 0xfe) return this.fault(to, o, 1);
    if (i + 3 >= end) return last ? this.fault(to, o, 3) : 0;
    const fourth = from[i + 3];
    if (fourth < 0x30 || fourth > 0x39) return this.fault(to, o, 1);
    const index = (((lead - 0x81) * 10 + second - 0x30) * 126 + third - 0x81) * 10 + fourth - 0x30;
    if (index < QUADS) {
      const unit = quadTable()[index];
      return unit === 0 ? this.fault(to, o, 4) : this.put(unit, to, o, 4);
    }
    const point = index - ASTRAL + 0x10000;
    return index < ASTRAL || point > 0x10ffff ? this.fault(to, o, 4) : this.put(point, to, o, 4);
  }

  private fault(to: Uint8Array, o: number, used: number): number {
    this.faults.push(o);
    return this.put(REPLACEMENT, to, o, used);
  }

  private put(point: number, to: Uint8Array, at: number, used: number): number {
    let o = at;
    if (point < 0x80) {
      to[o++] = point;
    } else if (point < 0x800) {
      to[o++] = 0xc0 | (point >> 6);
      to[o++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      to[o++] = 0xe0 | (point >> 12);
      to[o++] = 0x80 | ((point >> 6) & 63);
      to[o++] = 0x80 | (point & 63);
    } else {
      to[o++] = 0xf0 | (point >> 18);
      to[o++] = 0x80 | ((point >> 12) & 63);
      to[o++] = 0x80 | ((point >> 6) & 63);
      to[o++] = 0x80 | (point & 63);
    }
    this.written = o;
    return used;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
