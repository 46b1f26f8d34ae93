import { isUtf8 } from 'node:buffer';
import type { HubError } from '#kernel';
import type { FormatContract } from '../contract/contract.js';
import { DECODED_MOST, decoderOf } from './decoder.js';
import { fileFault } from './faults.js';
import { cutShort } from './utf8.js';

type Encoding = FormatContract['encoding'];

const NAMES = { 'utf-8': 'UTF-8', gb18030: 'GB18030', 'utf-16': 'UTF-16' } as const;

/** How a beginning of a file reads in one encoding. */
interface Reading {
  lines: number;
  /** Lines with at least one fault. */
  wrong: number;
  faults: number;
  /** Characters past U+07FF: in UTF-8 three bytes or more, which other encodings do not produce by chance. */
  wide: number;
  firstLineWrong: boolean;
}

/**
 * Whether the beginning of a delivery can be what its contract says. One damaged row is a reject of that row; this speaks
 * only when most lines are wrong, when the header line is, or when the bytes are plainly another encoding's.
 * @param sample the first bytes, at most a mebibyte; `whole` when they are all there is
 */
export function judgeEncoding(sample: Buffer, whole: boolean, contract: Encoding, hasHeader: boolean): HubError | null {
  const marked = byMark(sample);
  if (marked && marked !== contract) return fault(contract, marked);
  if (nulShare(sample) > 0.1) return fault(contract, 'utf-16');

  const valid8 = isUtf8(whole ? sample : sample.subarray(0, sample.length - cutShort(sample, 0, sample.length)));
  if (contract === 'utf-8') {
    if (valid8) return null;
    const own = read(sample, whole, 'utf-8');
    if (!mostlyWrong(own, hasHeader)) return null;
    return fault(contract, mostlyWrong(read(sample, whole, 'gb18030'), hasHeader) ? undefined : 'gb18030', own);
  }
  const asUtf8 = read(sample, whole, 'utf-8');
  if (asUtf8.wide > 0 && asUtf8.faults * 10 <= asUtf8.wide) return fault(contract, 'utf-8');
  const own = read(sample, whole, 'gb18030');
  return mostlyWrong(own, hasHeader) ? fault(contract, undefined, own) : null;
}

function mostlyWrong(reading: Reading, hasHeader: boolean): boolean {
  return reading.wrong * 2 > reading.lines || (hasHeader && reading.firstLineWrong);
}

function byMark(bytes: Buffer): Encoding | 'utf-16' | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return 'utf-16';
  return undefined;
}

function nulShare(bytes: Buffer): number {
  if (bytes.indexOf(0) < 0) return 0;
  let nul = 0;
  for (const byte of bytes) if (byte === 0) nul++;
  return nul / bytes.length;
}

function read(sample: Buffer, whole: boolean, encoding: Encoding): Reading {
  const decoder = decoderOf(encoding);
  const text = Buffer.allocUnsafeSlow(sample.length * DECODED_MOST + 16);
  const end = decoder.decode(sample, 0, sample.length, text, 0, whole);
  const reading: Reading = { lines: 0, wrong: 0, faults: decoder.faults.length, wide: 0, firstLineWrong: false };
  let next = 0;
  for (let at = 0; at < end;) {
    const found = text.indexOf(10, at);
    const stop = found < 0 || found > end ? end : found;
    const first = next;
    while (next < decoder.faults.length && decoder.faults[next] < stop) next++;
    if (next > first) {
      reading.wrong++;
      if (reading.lines === 0) reading.firstLineWrong = true;
    }
    reading.lines++;
    at = stop + 1;
  }
  for (let i = 0; i < end; i++) if (text[i] >= 0xe0) reading.wide++;
  reading.wide -= reading.faults;
  return reading;
}

function fault(contract: Encoding, looksLike: Encoding | 'utf-16' | undefined, reading?: Reading): HubError {
  const agreed = NAMES[contract];
  const details = { contract, looksLike: looksLike ?? null, ...(reading && { lines: reading.lines, wrongLines: reading.wrong }) };
  if (looksLike) {
    const seen = NAMES[looksLike];
    return fileFault('file-encoding', `约定编码为 ${agreed}，文件看来是 ${seen}。`, `The contract says ${agreed}; the file looks like ${seen}.`, details);
  }
  return fileFault('file-encoding', `文件不是约定的 ${agreed} 编码，多数行无法解码。`, `The file is not ${agreed} as agreed: most of its lines, or its header, cannot be decoded.`, details);
}
