import type { FormatContract } from '../contract/contract.js';
import type { OtherKeys } from './flat-object.js';

/**
 * Formats: a format only yields cells as UTF-8 bytes. Validation, normalising, hashing and encoding
 * exist once, behind the sink. One file a format beside this one; `formatOf` finds it by kind.
 */
export interface Format {
  /**
   * Reads a delivery to its end: `header` once with the supplier's column names (formats without a
   * header line give the contract's), then `row` or `bad` for each data row in file order, and
   * awaits `drain` at least once a mebibyte so that the sink can push back.
   * @throws HubError with a file-… rule in `details.rule` when the delivery as a whole cannot be read.
   */
  read(source: ByteSource, sink: RowSink): Promise<void>;
}

export interface ByteSource {
  name: string;
  /** Bytes as delivered; null when not known before reading. */
  size: number | null;
  /** From the first byte, each time it is called. A chunk is valid until the next one is asked for. */
  chunks(): AsyncIterable<Buffer>;
  /** Random access, where the delivery lies in a plain file; an archive is then read without being held in memory. */
  open?(): Promise<RandomAccess>;
}

/** The caller closes it. */
export interface RandomAccess {
  size: number;
  /** Fills `into` from there on, as far as there are bytes; gives how many. */
  read(into: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface RowSink {
  /** Column names as delivered; may throw (file-columns). The order of `cells` in rows follows it. */
  header(columns: string[]): void;
  /**
   * Asked before a row is split, by formats that know where it ends: true when its bytes alone tell the sink all it
   * needs, and nothing more comes of the row. Where it is false, `row` or `bad` follows.
   */
  known?(bytes: Buffer, rawStart: number, rawEnd: number): boolean;
  /**
   * One row. Cell i is `bytes[starts[i] .. ends[i])`, UTF-8, unescaped, not trimmed. `rawStart..rawEnd` is the
   * row as delivered where the format has lines (after decoding), else a stable rendering of the cells.
   * All buffers are reused after the call.
   */
  row(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number, rawStart: number, rawEnd: number): void;
  /**
   * A row the format cannot split: rule is row-columns, row-too-long, row-encoding or row-syntax.
   * `raw` is UTF-8 (what could not be decoded stands as U+FFFD), of an overlong row only the beginning; reused after the call.
   */
  bad(rule: RowFault, raw: Buffer): void;
  drain(): Promise<void>;
}

export type RowFault = 'row-columns' | 'row-too-long' | 'row-encoding' | 'row-syntax';

export type FormatFactory = (format: FormatContract, columns: string[], others?: OtherKeys) => Format;
