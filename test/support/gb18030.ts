/** GB18030 for samples: the inverse of the platform's own decoder, for ASCII, two-byte characters and the supplementary planes. */
const twoByte = new Map<string, number>();

function table(): Map<string, number> {
  if (twoByte.size > 0) return twoByte;
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if ([...text].length === 1 && text !== '\uFFFD' && !twoByte.has(text)) twoByte.set(text, (lead << 8) | trail);
    }
  }
  return twoByte;
}

export function encodeGb18030(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const pair = table().get(character);
    if (point < 0x80) bytes.push(point);
    else if (pair !== undefined) bytes.push(pair >> 8, pair & 0xff);
    else if (point >= 0x10000) {
      // The supplementary planes stand in order from 90 30 81 30.
      const linear = point - 0x10000 + 189000;
      bytes.push(0x81 + Math.floor(linear / 12600), 0x30 + (Math.floor(linear / 1260) % 10), 0x81 + (Math.floor(linear / 10) % 126), 0x30 + (linear % 10));
    } else throw new RangeError(`no sample may hold U+${point.toString(16)}`);
  }
  return Buffer.from(bytes);
}
