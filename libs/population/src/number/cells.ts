/**
 * Who may use which (birth date, order number): a numbering of all such cells, dealt out to the blocks in turn.
 * So numbers made in different blocks never meet, and no block needs to know of another.
 */
export class Cells {
  private readonly used = new Set<number>();

  /** @param perDay orders of one sex a birth date has */
  constructor(
    private readonly block: number,
    private readonly blocks: number,
    private readonly perDay: number,
  ) {}

  /**
   * The free cell of this block nearest to a day, not before `from` nor, unless nothing is free, after it.
   * @returns day and order (0 <= order < perDay)
   */
  take(sex: 1 | 2, wanted: number, latest: number): { day: number; order: number } {
    // Days are counted from far enough back that no index is negative.
    const start = (wanted + EPOCH) * this.perDay;
    const offset = (this.block - (start % this.blocks) + this.blocks) % this.blocks;
    for (let index = start + offset; ; index += this.blocks) {
      const day = Math.floor(index / this.perDay) - EPOCH;
      if (day > latest) break;
      if (this.claim(index, sex)) return { day, order: index % this.perDay };
    }
    for (let index = start + offset - this.blocks; index >= 0; index -= this.blocks) {
      const day = Math.floor(index / this.perDay) - EPOCH;
      if (day > latest) continue;
      if (this.claim(index, sex)) return { day, order: index % this.perDay };
    }
    throw new RangeError(`no cell is left in block ${this.block}`);
  }

  private claim(index: number, sex: 1 | 2): boolean {
    const key = index * 2 + (sex - 1);
    if (this.used.has(key)) return false;
    this.used.add(key);
    return true;
  }
}

/** Days from 1880-01-01 to 2000-01-01. */
const EPOCH = 43829;
