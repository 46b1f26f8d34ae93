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
  private scratch = Buffer.alloc(1 << 16);
  /** What will be MACed, each in whole blocks, one behind the other. */
  private messages = Buffer.alloc(1 << 17);
  private macUsed = 0;
  /** Of each MAC where it belongs in the tuples, where its message begins, and its blocks. */
  private macs = 0;
  private places = new Int32Array(1 << 13);
  private starts = new Int32Array(1 << 13);
  private blocks = new Int32Array(1 << 13);
  private order = new Int32Array(1 << 13);

  constructor(
    private readonly ciphers: Record<TokenPurpose, BlockCipher>,
    private readonly sourceKeys: BlockCipher,
  ) {}

  /** Writes a uuid column that will hold the MAC of `bytes[start..end)` followed by `suffix` (at most 255 bytes in all). */
  mac(out: CopyWriter, bytes: Buffer, start: number, end: number, suffix: Buffer | null): void {
    const length = end - start + (suffix === null ? 0 : suffix.length);
    const count = (length + 16) >> 4;
    const size = count << 4;
    if (this.macUsed + size > this.messages.length) {
      const larger = Buffer.alloc(this.messages.length * 2);
      this.messages.copy(larger, 0, 0, this.macUsed);
      this.messages = larger;
    }
    const at = this.macUsed;
    const m = this.messages;
    m[at] = length;
    let o = at + 1;
    for (let i = start; i < end; i++) m[o++] = bytes[i];
    if (suffix !== null) for (let i = 0; i < suffix.length; i++) m[o++] = suffix[i];
    while (o < at + size) m[o++] = 0;
    this.macUsed = at + size;
    const b = out.buffer;
    const place = out.length;
    b[place] = 0; b[place + 1] = 0; b[place + 2] = 0; b[place + 3] = 16;
    out.length = place + 20;
    const n = this.macs++;
    if (n === this.places.length) this.growMacs();
    this.places[n] = place + 4;
    this.starts[n] = at;
    this.blocks[n] = count;
  }

  private growMacs(): void {
    const larger = (from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.places = larger(this.places);
    this.starts = larger(this.starts);
    this.blocks = larger(this.blocks);
    this.order = new Int32Array(this.places.length);
  }

  /** Seals everything that `out` holds since it was cleared. */
  seal(out: CopyWriter): void {
    this.sealPurpose(out, 'document');
    this.sealPurpose(out, 'phone');
    this.sealMacs(out);
  }

  /** Forgets what `out` would have had sealed. */
  forget(out: CopyWriter): void {
    out.tokens.document.count = 0;
    out.tokens.phone.count = 0;
    this.macUsed = 0;
    this.macs = 0;
  }

  private sealPurpose(out: CopyWriter, purpose: TokenPurpose): void {
    const { count, places, blocks } = out.tokens[purpose];
    if (count === 0) return;
    const sealed = this.ciphers[purpose].sealBlocks(blocks.subarray(0, count << 4));
    const b = out.buffer;
    for (let n = 0, o = 0; n < count; n++) {
      let place = places[n];
      for (const end = place + 16; place < end; place++) b[place] = sealed[o++];
    }
    out.tokens[purpose].count = 0;
  }

  /** Round by round: the n-th block of every MAC that has one, chained to what came before. */
  private sealMacs(out: CopyWriter): void {
    const { messages, starts, blocks: counts, places } = this;
    const b = out.buffer;
    const live = this.order;
    let left = this.macs;
    for (let n = 0; n < left; n++) live[n] = n;
    for (let round = 0; left > 0; round++) {
      const blocks = this.room(left << 4);
      for (let n = 0, o = 0; n < left; n++) {
        let from = starts[live[n]] + (round << 4);
        for (const end = from + 16; from < end; from++) blocks[o++] = messages[from];
      }
      const sealed = this.sourceKeys.sealBlocks(blocks);
      let next = 0;
      for (let n = 0, o = 0; n < left; n++) {
        const index = live[n];
        if (round + 1 === counts[index]) {
          let place = places[index];
          for (const end = place + 16; place < end; place++) b[place] = sealed[o++];
        } else {
          let following = starts[index] + ((round + 1) << 4);
          for (const end = following + 16; following < end; following++) messages[following] ^= sealed[o++];
          live[next++] = index;
        }
      }
      left = next;
    }
    this.macUsed = 0;
    this.macs = 0;
  }

  private room(bytes: number): Buffer {
    if (this.scratch.length < bytes) this.scratch = Buffer.alloc(bytes * 2);
    return this.scratch.subarray(0, bytes);
  }
}
