/** The flag of a hash that is only there to be missed; 1 is there, 2 there and marked. */
const OVERLOOKED = 3;

/**
 * An open-addressing set of 64-bit hashes with one mark bit each: 9 bytes a slot and five slots in six filled, so
 * that the hashes of millions of rows fit beside a worker's other work.
 */
export class HashSet {
  size = 0;
  private capacity: number;
  /** Slots a unit of the low half: spreads it over a capacity that need not be a power of two. */
  private scale: number;
  private highs: Int32Array;
  private lows: Int32Array;
  private flags: Uint8Array;

  constructor(expected: number) {
    const capacity = Math.max(1024, Math.ceil(expected * 1.2));
    this.capacity = capacity;
    this.scale = capacity / 4294967296;
    this.highs = new Int32Array(capacity);
    this.lows = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  /** @returns true when it was not there before */
  add(high: number, low: number): boolean {
    if (this.size * 1.1 > this.capacity) this.grow();
    let i = Math.floor((low >>> 0) * this.scale);
    for (;;) {
      if (this.flags[i] === 0) break;
      if (this.lows[i] === low && this.highs[i] === high) return false;
      if (++i === this.capacity) i = 0;
    }
    this.highs[i] = high;
    this.lows[i] = low;
    this.flags[i] = 1;
    this.size++;
    return true;
  }

  has(high: number, low: number): boolean {
    const i = this.find(high, low);
    return i >= 0 && this.flags[i] !== OVERLOOKED;
  }

  /** From now on it is there only to be missed: it is not found, and never marked. */
  overlook(high: number, low: number): void {
    const i = this.find(high, low);
    if (i >= 0) this.flags[i] = OVERLOOKED;
  }

  /** @returns 0 not there, 1 there and marked now for the first time, 2 there and marked before */
  mark(high: number, low: number): 0 | 1 | 2 {
    const i = this.find(high, low);
    if (i < 0 || this.flags[i] === OVERLOOKED) return 0;
    if (this.flags[i] === 2) return 2;
    this.flags[i] = 2;
    return 1;
  }

  /** @returns whether it is there and was marked */
  marked(high: number, low: number): boolean {
    const i = this.find(high, low);
    return i >= 0 && this.flags[i] === 2;
  }

  /** Calls back for each hash that was never marked. */
  unmarked(visit: (high: number, low: number) => void): void {
    for (let i = 0; i < this.capacity; i++) if (this.flags[i] === 1 || this.flags[i] === OVERLOOKED) visit(this.highs[i], this.lows[i]);
  }

  private find(high: number, low: number): number {
    let i = Math.floor((low >>> 0) * this.scale);
    for (;;) {
      if (this.flags[i] === 0) return -1;
      if (this.lows[i] === low && this.highs[i] === high) return i;
      if (++i === this.capacity) i = 0;
    }
  }

  private grow(): void {
    const { highs, lows, flags, capacity: before } = this;
    const capacity = Math.ceil(before * 1.6);
    this.capacity = capacity;
    this.scale = capacity / 4294967296;
    this.highs = new Int32Array(capacity);
    this.lows = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
    for (let j = 0; j < before; j++) {
      if (flags[j] === 0) continue;
      let i = Math.floor((lows[j] >>> 0) * this.scale);
      while (this.flags[i] !== 0) if (++i === capacity) i = 0;
      this.highs[i] = highs[j];
      this.lows[i] = lows[j];
      this.flags[i] = flags[j];
    }
  }
}
