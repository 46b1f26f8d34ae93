/**
 * The parsed values of one row, one slot a field, reused row after row so that reading a row
 * allocates nothing. A value lies either in the row's own bytes or in `scratch`.
 */
export class Slots {
  /** EMPTY, IN_ROW or IN_SCRATCH (bytes `start..end`), or NUMBER (`number`). */
  readonly state: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly number: Float64Array;
  /** Bytes made while reading a row: folded texts, packed numbers. */
  scratch = Buffer.alloc(1 << 16);
  used = 0;

  constructor(fields: number) {
    this.state = new Uint8Array(fields);
    this.start = new Int32Array(fields);
    this.end = new Int32Array(fields);
    this.number = new Float64Array(fields);
  }

  clear(): void {
    this.state.fill(EMPTY);
    this.used = 0;
  }

  /** Makes room for `bytes` more in scratch and gives their offset. */
  reserve(bytes: number): number {
    if (this.used + bytes > this.scratch.length) {
      const larger = Buffer.alloc(Math.max(this.scratch.length * 2, this.used + bytes));
      this.scratch.copy(larger, 0, 0, this.used);
      this.scratch = larger;
    }
    const at = this.used;
    this.used += bytes;
    return at;
  }

  setText(i: number, text: string): void {
    const length = Buffer.byteLength(text);
    const at = this.reserve(length);
    this.scratch.write(text, at, 'utf8');
    this.state[i] = IN_SCRATCH;
    this.start[i] = at;
    this.end[i] = at + length;
  }

  setRange(i: number, start: number, end: number): void {
    this.state[i] = IN_ROW;
    this.start[i] = start;
    this.end[i] = end;
  }

  setNumber(i: number, value: number): void {
    this.state[i] = NUMBER;
    this.number[i] = value;
  }

  /** The text of a slot; for the slow paths only. */
  text(i: number, row: Buffer): string | null {
    const state = this.state[i];
    if (state === IN_ROW) return row.toString('utf8', this.start[i], this.end[i]);
    if (state === IN_SCRATCH) return this.scratch.toString('utf8', this.start[i], this.end[i]);
    return null;
  }
}

export const EMPTY = 0;
export const IN_ROW = 1;
export const IN_SCRATCH = 2;
export const NUMBER = 3;
