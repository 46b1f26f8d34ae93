import type { FormatContract } from '../contract/contract.js';
import { Gb18030Decoder } from './gb18030.js';
import { Utf8Decoder } from './utf8.js';

/** Delivered bytes to UTF-8 bytes, streamed: a character cut by the end of a chunk is kept for the next call. */
export interface Decoder {
  /**
   * Decodes `from[start..end)` into `to` from `at` on and returns where it stopped; `to` must have room for
   * `DECODED_MOST` bytes a byte and 16 more. What is no character becomes U+FFFD, its place in `to` is pushed to `faults`.
   * `last`: nothing follows, a character cut short is a fault.
   */
  decode(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number, last: boolean): number;
  /** Places in `to`, ascending, of what was replaced. The caller empties it. */
  readonly faults: number[];
  /** Forgets a half character and all faults. */
  reset(): void;
}

/** Most UTF-8 bytes one delivered byte can become (a lone invalid byte: U+FFFD). */
export const DECODED_MOST = 3;

export function decoderOf(encoding: FormatContract['encoding']): Decoder {
  return encoding === 'gb18030' ? new Gb18030Decoder() : new Utf8Decoder();
}
