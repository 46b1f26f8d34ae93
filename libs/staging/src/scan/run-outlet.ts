import type { Sealer } from '#keys';
import type { CopyWriter, RowFault, TokenBatch } from '#feeds';
import type { ChunkWriter } from './chunk-writer.js';
import type { RowOutlet } from './delivery-reader.js';

/** Bytes of a raw line that a reject keeps. */
const RAW_BYTES = 8192;

/** Hands a delivery's rows, rejects and removals to the chunk writer as COPY tuples. */
export class RunOutlet implements RowOutlet {
  readonly rows: CopyWriter;

  constructor(
    private readonly writer: ChunkWriter,
    readonly tokens: TokenBatch,
    private readonly side: { rejects: TokenBatch; removals: TokenBatch },
    private readonly run: number,
    private readonly feed: Buffer,
    private readonly sealer: Sealer,
  ) {
    this.rows = writer.rows;
  }

  staged(tuples: number): void {
    this.writer.staged(tuples);
  }

  reject(rowNo: number, faults: readonly RowFault[], raw: Buffer, start: number, end: number, key: Buffer | null): void {
    this.writer.rejected();
    for (let ordinal = 0; ordinal < faults.length; ordinal++) {
      const out = this.writer.rejects;
      out.ensure(2 * RAW_BYTES);
      out.tuple(8);
      out.int4(this.run);
      out.int4(rowNo);
      out.int2(ordinal);
      out.bytes(this.feed, 0, this.feed.length);
      out.ascii(faults[ordinal].rule);
      const column = faults[ordinal].column;
      if (column === null) out.null();
      else {
        const bytes = Buffer.from(column);
        out.bytes(bytes, 0, bytes.length);
      }
      if (key === null) out.null();
      else this.side.rejects.mac(out, key, 0, key.length, null);
      if (ordinal > 0) out.null();
      else {
        const sealed = this.sealer.sealBytes(raw.subarray(start, Math.min(end, start + RAW_BYTES)));
        out.ensure(sealed.length + 64);
        out.bytes(sealed, 0, sealed.length);
      }
    }
  }

  remove(rowNo: number, key: Buffer, stamp: number): void {
    const out = this.writer.removals;
    out.ensure(512);
    out.tuple(4);
    out.int4(this.run);
    this.side.removals.mac(out, key, 0, key.length, null);
    out.int4(rowNo);
    if (stamp === 0) out.null();
    else out.stamp(stamp);
  }

  drain(lastRow: number): Promise<void> {
    return this.writer.drain(lastRow);
  }
}

export const REJECT_COLUMNS = ['run', 'row_no', 'ordinal', 'feed', 'rule', 'field', 'source_key', 'raw'];
export const REMOVAL_COLUMNS = ['run', 'source_key', 'row_no', 'stamp'];
