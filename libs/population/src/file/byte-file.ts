import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A file written in large pieces. It is opened only to write a piece, so that a story of a year may have
 * thousands of files under way; its buffer starts small and grows with use.
 */
export class ByteFile {
  private buffer: Buffer;
  private end = 0;
  private begun = false;

  constructor(
    readonly path: string,
    private readonly piece = 1 << 18,
  ) {
    this.buffer = Buffer.allocUnsafe(4096);
  }

  /** Room for `bytes` more; the writer fills `bytes` from `at` and says where it ended. */
  reserve(bytes: number): Buffer {
    if (this.end + bytes > this.buffer.length) {
      if (this.end > this.piece) this.flush();
      if (this.end + bytes > this.buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
        this.buffer.copy(larger, 0, 0, this.end);
        this.buffer = larger;
      }
    }
    return this.buffer;
  }

  get at(): number {
    return this.end;
  }

  set at(end: number) {
    this.end = end;
    if (end >= this.piece) this.flush();
  }

  bytes(data: Uint8Array): void {
    const out = this.reserve(data.length);
    out.set(data, this.end);
    this.at = this.end + data.length;
  }

  close(): void {
    this.flush();
    this.buffer = Buffer.alloc(0);
  }

  private flush(): void {
    if (!this.begun) mkdirSync(dirname(this.path), { recursive: true });
    const descriptor = openSync(this.path, this.begun ? 'a' : 'w');
    try {
      for (let from = 0; from < this.end; ) from += writeSync(descriptor, this.buffer, from, this.end - from);
    } finally {
      closeSync(descriptor);
    }
    this.begun = true;
    this.end = 0;
  }
}
