/**
 * GB18030 written from JavaScript strings. The two-byte part is Node's own decoder turned round; the four-byte part
 * is the standard's: what the two bytes leave out of the basic plane in order, then the planes above as a straight run.
 */

/** Two bytes of each code unit, 0 where it has none. */
let twoBytes: Uint16Array | null = null;
/** Place of each code unit in the four-byte run; NOWHERE for the few private-use points the standard took out. */
const NOWHERE = 0xffff;
let fourBytes: Uint16Array;

function build(): Uint16Array {
  const decoder = new TextDecoder('gb18030');
  const table = new Uint16Array(65536);
  const pair = new Uint8Array(2);
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      pair[0] = lead;
      pair[1] = trail;
      const text = decoder.decode(pair);
      if (text.length === 1 && text !== '\ufffd' && table[text.charCodeAt(0)] === 0) table[text.charCodeAt(0)] = (lead << 8) | trail;
    }
  }
  fourBytes = new Uint16Array(65536).fill(NOWHERE);
  const run = new Uint8Array(4);
  for (let place = 0; place < 39420; place++) {
    split(run, 0, place, 0x81);
    const text = decoder.decode(run);
    if (text.length === 1 && text !== '\ufffd') fourBytes[text.charCodeAt(0)] = place;
  }
  return table;
}

function split(out: Uint8Array, at: number, place: number, lead: number): void {
  out[at + 3] = 0x30 + (place % 10);
  place = Math.floor(place / 10);
  out[at + 2] = 0x81 + (place % 126);
  place = Math.floor(place / 126);
  out[at + 1] = 0x30 + (place % 10);
  out[at] = lead + Math.floor(place / 10);
}

/** Marks no character. */
const NOTHING = new Uint8Array(128);

/**
 * Writes text at `at`; the buffer must have four bytes a code unit.
 * @param stop marks ASCII characters that must not be written as they are
 * @returns where it ended, or -1 at the first character that `stop` marks
 */
export function writeGb18030(out: Uint8Array, at: number, text: string, stop: Uint8Array = NOTHING): number {
  const table = (twoBytes ??= build());
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (stop[unit] !== 0) return -1;
      out[at++] = unit;
      continue;
    }
    const two = table[unit];
    if (two !== 0) {
      out[at++] = two >> 8;
      out[at++] = two & 255;
    } else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      const point = 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      split(out, at, point - 0x10000, 0x90);
      at += 4;
    } else if (fourBytes[unit] === NOWHERE) {
      out[at++] = 0x3f;
    } else {
      split(out, at, fourBytes[unit], 0x81);
      at += 4;
    }
  }
  return at;
}

/** Bytes the text takes. */
export function gb18030Length(text: string): number {
  const table = (twoBytes ??= build());
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes++;
    else if (table[unit] !== 0) bytes += 2;
    else if ((unit < 0xd800 || unit > 0xdbff) && fourBytes[unit] === NOWHERE) bytes++;
    else {
      bytes += 4;
      if (unit >= 0xd800 && unit < 0xdc00) i++;
    }
  }
  return bytes;
}

/** UTF-8 of the same manner: one loop, no strings made. */
export function writeUtf8(out: Uint8Array, at: number, text: string, stop: Uint8Array = NOTHING): number {
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (stop[unit] !== 0) return -1;
      out[at++] = unit;
    } else if (unit < 0x800) {
      out[at++] = 0xc0 | (unit >> 6);
      out[at++] = 0x80 | (unit & 63);
    } else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      out[at++] = 0xf0 | (unit >> 18);
      out[at++] = 0x80 | ((unit >> 12) & 63);
      out[at++] = 0x80 | ((unit >> 6) & 63);
      out[at++] = 0x80 | (unit & 63);
    } else {
      out[at++] = 0xe0 | (unit >> 12);
      out[at++] = 0x80 | ((unit >> 6) & 63);
      out[at++] = 0x80 | (unit & 63);
    }
  }
  return at;
}
