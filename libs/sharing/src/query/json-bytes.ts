const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * JSON text written as UTF-8 straight away. A string of a whole answer would be put together from tens of thousands of
 * small ones, copied flat and then encoded: that cost as much as reading the rows.
 */
export class JsonBytes {
  private bytes: Buffer;
  private length = 0;

  constructor(room = 1 << 16) {
    this.bytes = Buffer.allocUnsafeSlow(room);
  }

  /** JSON that was made before, as it stands. */
  raw(json: Uint8Array): void {
    this.ensure(json.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < json.length; i++) bytes[at++] = json[i]!;
    this.length = at;
  }

  /** JSON text as it stands. */
  json(text: string): void {
    this.ensure(text.length * 3);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c >= 0x80) {
        this.length += bytes.write(text, this.length, 'utf8');
        return;
      }
      bytes[at++] = c;
    }
    this.length = at;
  }

  /** A JSON string. */
  string(text: string): void {
    this.ensure(text.length * 3 + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c < 0x80) {
        if (c < 0x20 || c === QUOTE || c === BACKSLASH) return this.json(JSON.stringify(text));
        bytes[at++] = c;
      } else if (c < 0x800) {
        bytes[at++] = 0xc0 | (c >> 6);
        bytes[at++] = 0x80 | (c & 63);
      } else if (c < 0xd800 || c > 0xdfff) {
        bytes[at++] = 0xe0 | (c >> 12);
        bytes[at++] = 0x80 | ((c >> 6) & 63);
        bytes[at++] = 0x80 | (c & 63);
      } else return this.json(JSON.stringify(text));
    }
    bytes[at++] = QUOTE;
    this.length = at;
  }

  /** What `fill` writes, in a buffer of its own. It begins empty, also after one that broke off: nobody gets another's bytes. */
  write(fill: (out: this) => void): Buffer {
    this.length = 0;
    fill(this);
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  private ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
