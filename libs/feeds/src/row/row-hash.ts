/**
 * A seeded 64-bit hash of a row's bytes as two 32-bit halves (murmur-like, two lanes). It finds what is
 * unchanged; it protects nothing by itself: the seed is a secret so that a stored hash cannot be used to
 * guess a row.
 */
export class RowHash {
  high = 0;
  low = 0;
  private readonly seedHigh: number;
  private readonly seedLow: number;
  /** The buffer hashed last, read four bytes at a time: rows come out of the same few buffers. */
  private buffer: Buffer | null = null;
  private view: DataView = new DataView(new ArrayBuffer(0));

  constructor(seed: Buffer) {
    this.seedHigh = seed.readInt32BE(0);
    this.seedLow = seed.readInt32BE(4);
  }

  hash(b: Buffer, start: number, end: number): void {
    let h1 = this.seedHigh;
    let h2 = this.seedLow;
    let i = start;
    if (b !== this.buffer) {
      this.buffer = b;
      this.view = new DataView(b.buffer, b.byteOffset, b.length);
    }
    const { view } = this;
    for (; i + 8 <= end; i += 8) {
      const k1 = view.getInt32(i, true);
      const k2 = view.getInt32(i + 4, true);
      h1 = Math.imul(h1 ^ k1, 0xcc9e2d51);
      h1 = ((h1 << 15) | (h1 >>> 17)) + h2 | 0;
      h2 = Math.imul(h2 ^ k2, 0x1b873593);
      h2 = ((h2 << 13) | (h2 >>> 19)) + h1 | 0;
    }
    let k = (end - start) | 0;
    for (; i < end; i++) {
      k = (k << 8 | k >>> 24) ^ b[i];
      h1 = Math.imul(h1 ^ k, 0xcc9e2d51);
      h2 = Math.imul(h2 + k | 0, 0x1b873593) ^ (h1 >>> 13);
    }
    h1 ^= Math.imul(end - start, 0x9e3779b1);
    h1 ^= h1 >>> 16; h1 = Math.imul(h1, 0x85ebca6b); h1 ^= h1 >>> 13; h1 = Math.imul(h1, 0xc2b2ae35); h1 ^= h1 >>> 16;
    h2 ^= h1;
    h2 ^= h2 >>> 15; h2 = Math.imul(h2, 0x85ebca77); h2 ^= h2 >>> 13; h2 = Math.imul(h2, 0xc2b2ae3d); h2 ^= h2 >>> 16;
    h1 = h1 + h2 | 0;
    this.high = h1;
    this.low = h2;
  }
}

/** Order-independent digest of a delivery: the sum of its rows' hashes modulo 2^64, and how many they are. */
export class RowDigest {
  rows = 0;
  private low = 0;
  private high = 0;

  add(high: number, low: number): void {
    this.rows++;
    const sum = this.low + (low >>> 0);
    this.low = sum >>> 0;
    this.high = (this.high + (high >>> 0) + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  }

  /** The header counts by its hash but is no row. */
  addHeader(high: number, low: number): void {
    this.add(high, low);
    this.rows--;
  }

  /** `<rows>:<sum as 16 hex digits>` */
  text(): string {
    return `${this.rows}:${this.high.toString(16).padStart(8, '0')}${this.low.toString(16).padStart(8, '0')}`;
  }
}
