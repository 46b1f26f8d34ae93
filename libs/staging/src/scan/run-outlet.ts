import type { Sealer } from '#keys';
import type { CopyWriter, RowFault, TokenBatch } from '#feeds';
import type { Progress } from '#runs';
import type { ChunkWriter } from './chunk-writer.js';
import { MOST_VALUE, VALUE_MARK } from '../reject/value-token.js';
import type { RejectCells, RowOutlet } from './delivery-reader.js';

/** Bytes of a raw line that a reject keeps. */
export const RAW_BYTES = 8192;

export interface RunOutletParts {
  writer: ChunkWriter;
  /** Tokens of rows, of rejects and of removals: each batch belongs to one stream of tuples. */
  tokens: TokenBatch;
  side: { rejects: TokenBatch; removals: TokenBatch };
  run: number;
  /** Of a delivery that is read again: takes the numbers of rejected rows, which are not written, being there. */
  rejectedAgain: number[] | null;
  feed: Buffer;
  sealer: Sealer;
  progress: Progress;
}

/** Hands a delivery's rows, rejects and removals to the chunk writer as COPY tuples. */
export class RunOutlet implements RowOutlet {
  readonly rows: CopyWriter;

  constructor(private readonly parts: RunOutletParts) {
    this.rows = parts.writer.rows;
  }

  get tokens(): TokenBatch {
    return this.parts.tokens;
  }

  staged(tuples: number): void {
    this.parts.writer.staged(tuples);
  }

  reject(rowNo: number, faults: readonly RowFault[], raw: Buffer, start: number, end: number, key: Buffer | null, cells: RejectCells | null): void {
    this.parts.writer.rejected();
    if (this.parts.rejectedAgain !== null) {
      this.parts.rejectedAgain.push(rowNo);
      return;
    }
    for (let ordinal = 0; ordinal < faults.length; ordinal++) {
      const out = this.parts.writer.rejects;
      out.ensure(2 * RAW_BYTES);
      out.tuple(10);
      out.int4(this.parts.run);
      out.int4(rowNo);
      out.int2(ordinal);
      out.bytes(this.parts.feed, 0, this.parts.feed.length);
      out.ascii(faults[ordinal].rule);
      const column = faults[ordinal].column;
      if (column === null) out.null();
      else {
        const bytes = Buffer.from(column);
        out.bytes(bytes, 0, bytes.length);
      }
      if (key === null) out.null();
      else this.parts.side.rejects.mac(out, key, 0, key.length, null);
      const value = column === null ? null : cells?.valueOf(column) ?? null;
      if (value === null) out.null();
      else this.parts.side.rejects.mac(out, value, 0, Math.min(value.length, MOST_VALUE), VALUE_MARK);
      if (cells?.township == null) out.null();
      else out.ascii(cells.township);
      if (ordinal > 0) out.null();
      else {
        const sealed = this.parts.sealer.sealBytes(raw.subarray(start, Math.min(end, start + RAW_BYTES)));
        out.ensure(sealed.length + 64);
        out.bytes(sealed, 0, sealed.length);
      }
    }
  }

  remove(rowNo: number, key: Buffer, stamp: number): void {
    const out = this.parts.writer.removals;
    out.ensure(512);
    out.tuple(4);
    out.int4(this.parts.run);
    this.parts.side.removals.mac(out, key, 0, key.length, null);
    out.int4(rowNo);
    if (stamp === 0) out.null();
    else out.stamp(stamp);
  }

  drain(lastRow: number): Promise<void> {
    this.parts.progress.tick(lastRow);
    return this.parts.writer.drain(lastRow);
  }
}

export const REJECT_COLUMNS = ['run', 'row_no', 'ordinal', 'feed', 'rule', 'field', 'source_key', 'value_token', 'township', 'raw'];
export const REMOVAL_COLUMNS = ['run', 'source_key', 'row_no', 'stamp'];
