import { describe, expect, it } from '@jest/globals';
import { gb18030Length, writeGb18030, writeUtf8 } from './write-gb18030.js';

const decoder = new TextDecoder('gb18030', { fatal: true });

function encoded(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 4);
  return out.subarray(0, writeGb18030(out, 0, text));
}

describe('GB18030', () => {
  it('writes what a decoder reads back, for every character of the basic plane', () => {
    const wrong: string[] = [];
    const lost: number[] = [];
    for (let unit = 0; unit < 0xffff; unit++) {
      // Half of a pair is no character; the replacement character is what a decoder gives for what it cannot read.
      if ((unit >= 0xd800 && unit < 0xe000) || unit === 0xfffd) continue;
      const text = String.fromCharCode(unit);
      const bytes = encoded(text);
      if (bytes.length !== gb18030Length(text)) wrong.push(`length of U+${unit.toString(16)}`);
      if (decoder.decode(bytes) === text) continue;
      if (bytes[0] === 0x3f) lost.push(unit);
      else wrong.push(`U+${unit.toString(16)}`);
    }
    expect(wrong).toEqual([]);
    // What the standard has no place for is private use and no more.
    expect(lost.length).toBeLessThan(30);
    expect(lost.every((unit) => unit >= 0xe000 && unit < 0xf900)).toBe(true);
  });

  it('writes the planes above in four bytes', () => {
    for (let point = 0x10000; point <= 0x10ffff; point += 977) {
      const text = String.fromCodePoint(point);
      expect(encoded(text)).toHaveLength(4);
      expect(decoder.decode(encoded(text))).toBe(text);
    }
    expect(gb18030Length('王𬭚A')).toBe(7);
  });

  it('stops at marked characters', () => {
    const stop = new Uint8Array(128);
    stop[44] = 1;
    const out = new Uint8Array(64);
    expect(writeGb18030(out, 0, '王,', stop)).toBe(-1);
    expect(writeUtf8(out, 0, '王,', stop)).toBe(-1);
    expect(writeUtf8(out, 0, '王𬭚', stop)).toBe(7);
  });
});
