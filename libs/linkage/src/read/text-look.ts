import { isAscii, isUtf8 } from 'node:buffer';
import { type ByteSource, DECODED_MOST, decoderOf } from '#feeds';

export type Encoding = 'utf-8' | 'gb18030';

/** What a look at a text file tells before it is read as a table. */
export interface TextLook {
  encoding: Encoding;
  /** The beginning, decoded. */
  head: string;
  /** The beginning as it stands. */
  bytes: Buffer;
}

const SAMPLE = 1 << 20;

/**
 * Looks at a file's beginning, and on until there is something else than ASCII: a file whose first Chinese name stands in
 * its last row is read in the encoding of that name.
 */
export async function lookAt(source: ByteSource): Promise<TextLook> {
  const head: Buffer[] = [];
  let length = 0;
  let telling: Buffer[] = [];
  for await (const chunk of source.chunks()) {
    if (length < SAMPLE) {
      head.push(Buffer.from(chunk.subarray(0, SAMPLE - length)));
      length += head[head.length - 1].length;
    }
    if (telling.length === 0 && isAscii(chunk)) continue;
    // One chunk more, since the first may have but its last bytes to tell by.
    telling.push(Buffer.from(chunk));
    if (telling.length === 2 && length >= SAMPLE) break;
    telling = telling.slice(0, 2);
  }
  const bytes = Buffer.concat(head);
  const encoding = encodingOf(Buffer.concat(telling));
  return { encoding, head: decode(bytes.subarray(0, 64 << 10), encoding).text, bytes };
}

/**
 * UTF-8 where it is sound, or where its long characters, which no other encoding makes by chance, outnumber its faults;
 * else the encoding with fewer faults. Which row has one is said when it is read.
 */
function encodingOf(sample: Buffer): Encoding {
  if (isUtf8(sample)) return 'utf-8';
  const read = decode(sample, 'utf-8');
  const long = read.text.match(/[\u0800-\ufffc]/g)?.length ?? 0;
  return long <= read.faults && decode(sample, 'gb18030').faults < read.faults ? 'gb18030' : 'utf-8';
}

/** A character cut short by the end is not counted as a fault. */
function decode(bytes: Buffer, encoding: Encoding): { text: string; faults: number } {
  const decoder = decoderOf(encoding);
  const text = Buffer.allocUnsafeSlow(bytes.length * DECODED_MOST + 16);
  const end = decoder.decode(bytes, 0, bytes.length, text, 0, false);
  return { text: text.toString('utf8', 0, end).replace(/^\ufeff/, ''), faults: decoder.faults.length };
}

/** The separator that stands most often in the header, outside of quotes; a comma where there is none: one column. */
export function separatorOf(head: string): string {
  const counts = new Map([['\t', 0], [',', 0], [';', 0], ['|', 0]]);
  let quoted = false;
  for (const character of head.trimStart()) {
    if (character === '"') quoted = !quoted;
    else if (character === '\n' && !quoted) break;
    else if (!quoted && counts.has(character)) counts.set(character, counts.get(character)! + 1);
  }
  const [separator, count] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
  return count > 0 ? separator : ',';
}
