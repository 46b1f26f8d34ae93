import type { CopyWriter } from './copy-writer.js';

export type TokenPurpose = 'document' | 'phone';

/** Seals n blocks of 16 bytes one by one under one key (SM4-ECB without padding). */
export interface BlockCipher { sealBlocks(blocks: Buffer): Buffer }

/**
 * Seals the tokens of a buffer of tuples before it leaves: all blocks of a purpose in one cipher call,
 * since a call costs more than a thousand blocks do. Source keys may be longer than a block and are never
 * read back: they are CBC-MACs over a length byte and the key (prefix-free, so a MAC is a PRF;
 * Bellare, Kilian, Rogaway 2000), under a key of the feed's own.
 */
export class TokenBatch {
  private blocks = Buffer.alloc(1 << 16);
  private macs = Buffer.alloc(1 << 17);
  private macUsed = 0;
  private readonly macPlaces: number[] = [];
  private readonly macStarts: number[] = [];
  private readonly macCounts: number[] = [];

  constructor(
    private readonly ciphers: Record<TokenPurpose, BlockCipher>,
    private readonly sourceKeys: BlockCipher,
  ) {}

  /** Writes a uuid column that will hold the MAC of `bytes[start..end)` followed by `suffix` (at most 255 bytes in all). */
  mac(out: CopyWriter, bytes: Buffer, start: number, end: number, suffix: Buffer | null): void {
    const length = end - start + (suffix === null ? 0 : suffix.length);
    const count = (length + 16) >> 4;
    const size = count << 4;
    if (this.macUsed + size > this.macs.length) {
      const larger = Buffer.alloc(this.macs.length * 2);
      this.macs.copy(larger, 0, 0, this.macUsed);
      this.macs = larger;
    }
    const at = this.macUsed;
    const m = this.macs;
    m[at] = length;
    let o = at + 1;
    for (let i = start; i < end; i++) m[o++] = bytes[i];
    if (suffix !== null) for (let i = 0; i < suffix.length; i++) m[o++] = suffix[i];
    while (o < at + size) m[o++] = 0;
    this.macUsed = at + size;
    this.macStarts.push(at);
    this.macCounts.push(count);
    const b = out.buffer;
    const place = out.length;
    b[place] = 0; b[place + 1] = 0; b[place + 2] = 0; b[place + 3] = 16;
    this.macPlaces.push(place + 4);
    out.length = place + 20;
  }

  /** Seals everything that `out` holds since it was cleared. */
  seal(out: CopyWriter): void {
    this.sealPurpose(out, 'document');
    this.sealPurpose(out, 'phone');
    this.sealMacs(out);
  }

  /** Forgets what `out` would have had sealed. */
  forget(out: CopyWriter): void {
    out.tokenPlaces.document.length = 0;
    out.tokenPlaces.phone.length = 0;
    this.macUsed = 0;
    this.macPlaces.length = 0;
    this.macStarts.length = 0;
    this.macCounts.length = 0;
  }

  private sealPurpose(out: CopyWriter, purpose: TokenPurpose): void {
    const places = out.tokenPlaces[purpose];
    if (places.length === 0) return;
    const blocks = this.room(places.length * 16);
    const b = out.buffer;
    for (let p = 0, o = 0; p < places.length; p++) {
      const place = places[p];
      for (let i = 0; i < 16; i++) blocks[o++] = b[place + i];
    }
    const sealed = this.ciphers[purpose].sealBlocks(blocks);
    for (let p = 0, o = 0; p < places.length; p++) {
      const place = places[p];
      for (let i = 0; i < 16; i++) b[place + i] = sealed[o++];
    }
    places.length = 0;
  }

  /** Round by round: the n-th block of every MAC that has one, chained to what came before. */
  private sealMacs(out: CopyWriter): void {
    const { macs, macStarts, macCounts, macPlaces } = this;
    const b = out.buffer;
    let live = macPlaces.map((_, index) => index);
    for (let round = 0; live.length > 0; round++) {
      const blocks = this.room(live.length * 16);
      for (let l = 0, o = 0; l < live.length; l++) {
        const from = macStarts[live[l]] + (round << 4);
        for (let i = 0; i < 16; i++) blocks[o++] = macs[from + i];
      }
      const sealed = this.sourceKeys.sealBlocks(blocks);
      const next: number[] = [];
      for (let l = 0; l < live.length; l++) {
        const index = live[l];
        const o = l << 4;
        if (round + 1 === macCounts[index]) {
          const place = macPlaces[index];
          for (let i = 0; i < 16; i++) b[place + i] = sealed[o + i];
        } else {
          const following = macStarts[index] + ((round + 1) << 4);
          for (let i = 0; i < 16; i++) macs[following + i] ^= sealed[o + i];
          next.push(index);
        }
      }
      live = next;
    }
    this.macUsed = 0;
    macPlaces.length = 0;
    macStarts.length = 0;
    macCounts.length = 0;
  }

  private room(bytes: number): Buffer {
    if (this.blocks.length < bytes) this.blocks = Buffer.alloc(bytes * 2);
    return this.blocks.subarray(0, bytes);
  }
}
