/**
 * Seeded random numbers: sfc32 (Chris Doty-Humphrey, PractRand) behind a splitmix seeding, and a stateless mix of
 * integers (murmur3's finaliser, Austin Appleby) for values that must be the same whenever they are asked for.
 */

/** 32 random bits that depend on all arguments and on nothing else. */
export function mix(a: number, b: number, c = 0): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + (b | 0), 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 13)) + Math.imul(c | 0, 0x27d4eb2f), 0x165667b1);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 0 <= x < 1 of the same kind. */
export function share(a: number, b: number, c = 0): number {
  return mix(a, b, c) / 4294967296;
}

/** A whole number 0 <= x < n of the same kind. */
export function pick(n: number, a: number, b: number, c = 0): number {
  return Math.floor((mix(a, b, c) / 4294967296) * n);
}

/** Text of any length to 32 bits (FNV-1a over UTF-16 units, then mixed). */
export function seedOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, text.length);
}

export class Rng {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  constructor(seed: number, stream: number) {
    this.a = mix(seed, stream, 1) | 0;
    this.b = mix(seed, stream, 2) | 0;
    this.c = mix(seed, stream, 3) | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  float(): number {
    return this.next() / 4294967296;
  }

  /** 0 <= x < n */
  int(n: number): number {
    return Math.floor(this.float() * n);
  }

  /** from <= x <= to */
  between(from: number, to: number): number {
    return from + Math.floor(this.float() * (to - from + 1));
  }

  chance(p: number): boolean {
    return this.float() < p;
  }

  /** Irwin-Hall of six: near enough to a normal, and never far out. */
  normal(mean: number, deviation: number): number {
    const sum = this.float() + this.float() + this.float() + this.float() + this.float() + this.float();
    return mean + (sum - 3) * 1.4142 * deviation;
  }

  exponential(mean: number): number {
    return -Math.log(1 - this.float()) * mean;
  }

  /** Knuth's product method; for the small means of one block's day. */
  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(this.normal(mean, Math.sqrt(mean))));
    const limit = Math.exp(-mean);
    let k = 0;
    for (let p = this.float(); p > limit; p *= this.float()) k++;
    return k;
  }

  of<T>(list: readonly T[]): T {
    return list[this.int(list.length)];
  }
}

/** Draws an index by weight, from any 32-bit number. */
export class Weighted<T> {
  private readonly sums: Float64Array;

  constructor(private readonly items: readonly T[], weights: readonly number[]) {
    this.sums = new Float64Array(items.length);
    let sum = 0;
    for (let i = 0; i < items.length; i++) this.sums[i] = sum += weights[i];
    for (let i = 0; i < items.length; i++) this.sums[i] /= sum;
  }

  /** @param x 0 <= x < 1 */
  at(x: number): T {
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sums[middle] > x) high = middle;
      else low = middle + 1;
    }
    return this.items[low];
  }
}
