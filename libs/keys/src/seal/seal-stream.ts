import { Transform, type TransformCallback } from 'node:stream';
import { FRAME_BYTES, FrameOpener, FrameSealer, HEADER_BYTES, MAC_BYTES, type SealingKeys } from './frame.js';
import { sealError } from './seal-error.js';

/** Plain bytes in, sealed bytes out; memory is one frame. */
export class SealStream extends Transform {
  private readonly sealer: FrameSealer;
  private readonly frame = Buffer.allocUnsafe(FRAME_BYTES);
  private filled = 0;

  constructor(epoch: number, sealingKey: Uint8Array) {
    super();
    this.sealer = new FrameSealer(epoch, sealingKey);
    this.push(this.sealer.header);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (let at = 0; at < chunk.length;) {
        if (this.filled === FRAME_BYTES) this.emitFrame(false);
        const taken = chunk.copy(this.frame, this.filled, at, at + FRAME_BYTES - this.filled);
        this.filled += taken;
        at += taken;
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      this.emitFrame(true);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  private emitFrame(last: boolean): void {
    this.push(this.sealer.seal(this.frame.subarray(0, this.filled), last));
    this.filled = 0;
  }
}

/** Sealed bytes in, plain bytes out; every byte handed on has been checked, and the end is an error unless the last frame was seen. */
export class OpenStream extends Transform {
  private opener: FrameOpener | undefined;
  private readonly waiting: Buffer[] = [];
  private held = 0;
  private head: { length: number; last: boolean } | undefined;
  private ended = false;

  constructor(private readonly keys: SealingKeys) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.waiting.push(chunk);
      this.held += chunk.length;
      while (this.step());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.ended ? null : sealError('truncated'));
  }

  /** Takes the next piece if all of it is here. */
  private step(): boolean {
    if (this.ended) {
      if (this.held > 0) throw sealError('tampered');
      return false;
    }
    if (this.opener === undefined) {
      const header = this.next(HEADER_BYTES);
      if (header === undefined) return false;
      this.opener = new FrameOpener(header, this.keys);
    } else if (this.head === undefined) {
      const bytes = this.next(4);
      if (bytes === undefined) return false;
      this.head = FrameOpener.head(bytes);
    } else {
      const { length, last } = this.head;
      const frame = this.next(length + MAC_BYTES);
      if (frame === undefined) return false;
      this.head = undefined;
      const plain = this.opener.open(frame.subarray(0, length), frame.subarray(length), last);
      if (plain.length > 0) this.push(plain);
      this.ended = last;
    }
    return true;
  }

  private next(n: number): Buffer | undefined {
    if (this.held < n) return undefined;
    const all = this.waiting.length === 1 && this.waiting[0] !== undefined ? this.waiting[0] : Buffer.concat(this.waiting);
    this.waiting.length = 0;
    this.held -= n;
    if (this.held > 0) this.waiting.push(all.subarray(n));
    return all.subarray(0, n);
  }
}
