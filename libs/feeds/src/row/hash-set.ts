/**
 * An open-addressing set of 64-bit hashes with one mark bit each: 9 bytes a slot, so that the hashes of
 * millions of rows fit beside a worker's other work.
 */
export class HashSet {
  size = 0;
  private mask: number;
  private highs: Int32Array;
  private lows: Int32Array;
  private flags: Uint8Array;

  constructor(expected: number) {
    let capacity = 1024;
    while (capacity < expected * 1.5) capacity *= 2;
    this.mask = capacity - 1;
    this.highs = new Int32Array(capacity);
    this.lows = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  /** @returns true when it was not there before */
  add(high: number, low: number): boolean {
    if (this.size * 1.4 > this.mask) this.grow();
    let i = low & this.mask;
    for (;;) {
      if (this.flags[i] === 0) break;
      if (this.lows[i] === low && this.highs[i] === high) return false;
      i = (i + 1) & this.mask;
    }
    this.highs[i] = high;
    this.lows[i] = low;
    this.flags[i] = 1;
    this.size++;
    return true;
  }

  has(high: number, low: number): boolean {
    return this.find(high, low) >= 0;
  }

  /** @returns 0 not there, 1 there and marked now for the first time, 2 there and marked before */
  mark(high: number, low: number): 0 | 1 | 2 {
    const i = this.find(high, low);
    if (i < 0) return 0;
    if (this.flags[i] === 2) return 2;
    this.flags[i] = 2;
    return 1;
  }

  /** Calls back for each hash that was never marked. */
  unmarked(visit: (high: number, low: number) => void): void {
    for (let i = 0; i <= this.mask; i++) if (this.flags[i] === 1) visit(this.highs[i], this.lows[i]);
  }

  private find(high: number, low: number): number {
    let i = low & this.mask;
    for (;;) {
      if (this.flags[i] === 0) return -1;
      if (this.lows[i] === low && this.highs[i] === high) return i;
      i = (i + 1) & this.mask;
    }
  }

  private grow(): void {
    const { highs, lows, flags, mask } = this;
    const capacity = (mask + 1) * 2;
    this.mask = capacity - 1;
    this.highs = new Int32Array(capacity);
    this.lows = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
    for (let j = 0; j <= mask; j++) {
      if (flags[j] === 0) continue;
      let i = lows[j] & this.mask;
      while (this.flags[i] !== 0) i = (i + 1) & this.mask;
      this.highs[i] = highs[j];
      this.lows[i] = lows[j];
      this.flags[i] = flags[j];
    }
  }
}
