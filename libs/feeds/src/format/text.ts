import type { FormatContract } from '../contract/contract.js';
import { DECODED_MOST, type Decoder, decoderOf } from './decoder.js';
import { judgeEncoding } from './encoding.js';
import { fileFault } from './faults.js';
import type { ByteSource } from './format.js';

/** Decoded at a time: small enough that text just decoded is still in the cache when it is scanned. */
const PIECE = 128 << 10;
const SAMPLE = 1 << 20;
const NEVER = Number.MAX_SAFE_INTEGER;
/** What a reject keeps of an overlong row. */
const RAW_MOST = 8 << 10;

/**
 * A delivery as UTF-8 text in one sliding window: `bytes[start..end)` is what nobody has consumed yet. Line formats
 * scan it and move `start`; what they leave is kept, in front of the next piece. They must not leave more than `keep` bytes.
 */
export class TextWindow {
  readonly bytes: Buffer;
  /** The same bytes, for reading four at a time. */
  readonly view: DataView;
  start = 0;
  end = 0;
  /** Nothing follows `end`. */
  last = false;
  /** Where the spare room begins, of at least `keep` bytes, free for cells that are not in the text as they stand. */
  readonly spare: number;
  /** Place of the first character not yet passed that could not be decoded. */
  nextFault = NEVER;
  private faults: number[] = [];
  private passed = 0;
  private readonly decoder: Decoder;

  constructor(encoding: FormatContract['encoding'], keep: number) {
    this.decoder = decoderOf(encoding);
    this.spare = keep + PIECE * DECODED_MOST + 64;
    this.bytes = Buffer.allocUnsafeSlow(this.spare + keep + 64);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  /** Puts a piece of the delivery, at most PIECE bytes, behind what is left. */
  add(piece: Uint8Array, from: number, to: number, last: boolean): void {
    const { bytes, start, decoder } = this;
    const left = this.end - start;
    if (left > 0) bytes.copyWithin(0, start, this.end);
    this.faults = this.faults.slice(this.passed).map((place) => place - start);
    this.passed = 0;
    this.start = 0;
    this.last = last;
    this.end = decoder.decode(piece, from, to, bytes, left, last);
    if (decoder.faults.length > 0) {
      for (const place of decoder.faults) this.faults.push(place);
      decoder.faults.length = 0;
    }
    this.noNul(left);
    this.nextFault = this.faults.length > 0 ? this.faults[0] : NEVER;
  }

  /** Whether something in `[from..to)` could not be decoded. Ranges must be asked for in ascending order. */
  isFaulty(from: number, to: number): boolean {
    const { faults } = this;
    while (this.passed < faults.length && faults[this.passed] < from) this.passed++;
    const found = this.passed < faults.length && faults[this.passed] < to;
    while (this.passed < faults.length && faults[this.passed] < to) this.passed++;
    this.nextFault = this.passed < faults.length ? faults[this.passed] : NEVER;
    return found;
  }

  /** Drops text up to the end of a line. @returns whether that end is in the window. */
  dropLine(): boolean {
    const found = this.bytes.indexOf(10, this.start);
    const complete = found >= 0 && found < this.end;
    const stop = complete ? found + 1 : this.end;
    this.isFaulty(this.start, stop);
    this.start = stop;
    return complete;
  }

  /** The beginning of an overlong row, ending with a whole character. */
  beginning(from: number, to: number): Buffer {
    let stop = Math.min(to, from + RAW_MOST);
    if (stop < to) while (stop > from && (this.bytes[stop] & 0xc0) === 0x80) stop--;
    return this.bytes.subarray(from, stop);
  }

  /** U+0000 is valid in every encoding and in no text; PostgreSQL refuses it. It becomes U+001A, substitute, and a fault. */
  private noNul(from: number): void {
    const { bytes, end } = this;
    const fresh = bytes.subarray(from, end);
    let found = fresh.indexOf(0);
    if (found < 0) return;
    for (; found >= 0; found = fresh.indexOf(0, found + 1)) {
      fresh[found] = 0x1a;
      this.faults.push(from + found);
    }
    this.faults.sort((a, b) => a - b);
  }
}

/**
 * A delivery's bytes in pieces of at most PIECE. Before the first one its beginning is looked at: nothing at all is
 * file-empty, another encoding is file-encoding, and `look` may have its own objections. A byte order mark is left out.
 */
export async function* pieces(
  source: ByteSource, encoding: FormatContract['encoding'], hasHeader: boolean, look?: (sample: Buffer, whole: boolean) => void,
): AsyncGenerator<Piece> {
  const chunks = source.chunks()[Symbol.asyncIterator]();
  try {
    const store = Buffer.allocUnsafeSlow(SAMPLE);
    let filled = 0;
    let whole = false;
    let rest: Buffer | undefined;
    while (filled < SAMPLE) {
      const next = await chunks.next();
      if (next.done) {
        whole = true;
        break;
      }
      const taken = Math.min(next.value.length, SAMPLE - filled);
      next.value.copy(store, filled, 0, taken);
      filled += taken;
      if (taken < next.value.length) rest = next.value.subarray(taken);
    }
    const sample = store.subarray(0, filled);
    if (whole && isBlank(sample)) throw fileFault('file-empty', '文件为空。', 'The file is empty.', { bytes: filled });
    const refusal = judgeEncoding(sample, whole, encoding, hasHeader);
    if (refusal) throw refusal;
    const body = sample.subarray(markLength(sample));
    look?.(body, whole);

    yield* cut(body);
    if (rest) yield* cut(rest);
    while (!whole) {
      const next = await chunks.next();
      if (next.done) break;
      yield* cut(next.value);
    }
    yield { bytes: sample, from: 0, to: 0, last: true };
  } finally {
    await chunks.return?.();
  }
}

export interface Piece { bytes: Buffer; from: number; to: number; last: boolean }

function* cut(bytes: Buffer): Generator<Piece> {
  for (let from = 0; from < bytes.length; from += PIECE) yield { bytes, from, to: Math.min(bytes.length, from + PIECE), last: false };
}

function isBlank(bytes: Buffer): boolean {
  for (let i = markLength(bytes); i < bytes.length; i++) if (bytes[i] !== 32 && (bytes[i] < 9 || bytes[i] > 13)) return false;
  return true;
}

/** U+FEFF in UTF-8 or in GB18030. */
function markLength(bytes: Buffer): number {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  return bytes[0] === 0x84 && bytes[1] === 0x31 && bytes[2] === 0x95 && bytes[3] === 0x33 ? 4 : 0;
}
