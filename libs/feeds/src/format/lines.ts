const NEWLINE = 10;
const RETURN = 13;

/** `open`: a segment of an overlong line that goes on. */
export type OnLine = (bytes: Buffer, start: number, end: number, open: boolean) => void;

/**
 * Splits bytes as delivered into physical lines, before any decoding. Right for every encoding of a contract:
 * neither UTF-8 nor GB18030 has the byte 0x0A inside a character. A line is handed over without its LF or CR LF;
 * empty lines too, and a last line without an end.
 *
 * A line of more than `longest` bytes comes in segments of exactly `longest` bytes (the last one shorter): what is
 * called back depends on the bytes alone, never on how they were cut into chunks, and memory stays flat.
 */
export class LineSplitter {
  private readonly carry: Buffer;
  private held = 0;
  /** Whether the line in hand has already given a segment. */
  private cut = false;

  constructor(private readonly onLine: OnLine, private readonly longest = 1 << 20) {
    this.carry = Buffer.allocUnsafeSlow(longest);
  }

  push(chunk: Buffer): void {
    const length = chunk.length;
    const { onLine, longest } = this;
    let at = 0;
    if (this.held > 0 || this.cut) {
      const found = chunk.indexOf(NEWLINE);
      this.hold(chunk, 0, found < 0 ? length : found);
      if (found < 0) return;
      this.release();
      at = found + 1;
    }
    while (at < length) {
      const found = chunk.indexOf(NEWLINE, at);
      if (found < 0) {
        this.hold(chunk, at, length);
        return;
      }
      if (found - at <= longest) {
        onLine(chunk, at, found > at && chunk[found - 1] === RETURN ? found - 1 : found, false);
      } else {
        this.hold(chunk, at, found);
        this.release();
      }
      at = found + 1;
    }
  }

  end(): void {
    if (this.held > 0) this.release();
  }

  private hold(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.held === this.longest) {
        this.onLine(this.carry, 0, this.held, true);
        this.held = 0;
        this.cut = true;
      }
      const take = Math.min(end - at, this.longest - this.held);
      chunk.copy(this.carry, this.held, at, at + take);
      this.held += take;
      at += take;
    }
  }

  private release(): void {
    const { held, carry } = this;
    this.held = 0;
    this.cut = false;
    this.onLine(carry, 0, held > 0 && carry[held - 1] === RETURN ? held - 1 : held, false);
  }
}
