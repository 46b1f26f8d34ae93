import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { PoolClient } from 'pg';
import type { Database } from '#database';
import { copyIn } from '#database';
import { COPY_END, COPY_HEADER, CopyWriter, type TokenBatch } from '#feeds';
import { killPoint, type Lease } from '#runs';

/** Rows of a chunk: enough that a commit costs nothing, few enough that a dead worker's successor repeats little. */
const CHUNK_ROWS = 100_000;
/** Bytes of tuples sent at once. */
const SEND_BYTES = 1 << 20;

export interface Stream { table: string; columns: string[]; tokens: TokenBatch }

/**
 * Writes a delivery's tuples chunk by chunk: each chunk's rows, rejects, removals and ledger row are one
 * transaction that begins with the fence.
 */
export class ChunkWriter {
  readonly rows = new CopyWriter();
  readonly rejects = new CopyWriter();
  readonly removals = new CopyWriter();
  private client: PoolClient | null = null;
  private copy: Writable | null = null;
  private failed: Error | null = null;
  private inChunk = 0;
  private rejectsInChunk = 0;

  constructor(
    private readonly database: Database,
    private readonly lease: Lease,
    private readonly streams: { rows: Stream; rejects: Stream; removals: Stream },
    private readonly chunkRows = CHUNK_ROWS,
  ) {}

  staged(tuples: number): void {
    this.inChunk += tuples;
  }

  rejected(): void {
    this.rejectsInChunk++;
  }

  /** Sends what has gathered; ends the chunk when it is large enough. `lastRow` is the last row read. */
  async drain(lastRow: number): Promise<void> {
    if (this.failed !== null) throw this.failed;
    if (this.rows.length >= SEND_BYTES) await this.send();
    if (this.inChunk >= this.chunkRows || this.rejects.length > 4 * SEND_BYTES || this.removals.length > 4 * SEND_BYTES) await this.commit(lastRow);
  }

  /** Commits what is left. */
  async end(lastRow: number): Promise<void> {
    if (this.rows.length > 0 || this.rejects.length > 0 || this.removals.length > 0 || this.client !== null) await this.commit(lastRow);
  }

  async abandon(): Promise<void> {
    const { client } = this;
    this.client = null;
    this.copy?.destroy();
    // The connection is in the middle of a COPY: closing it makes the server forget the chunk.
    client?.release(true);
  }

  private async begin(): Promise<PoolClient> {
    const client = await this.database.pool('staging').connect();
    this.client = client;
    await client.query('begin');
    await client.query('select runs.check_fence($1, $2)', [this.lease.run, this.lease.token]);
    return client;
  }

  private async send(): Promise<void> {
    const client = this.client ?? await this.begin();
    if (this.copy === null) this.copy = this.open(client, this.streams.rows);
    await this.write(this.copy, this.rows, this.streams.rows.tokens);
    killPoint('stage.chunk.sent', this.lease.run);
  }

  private async commit(lastRow: number): Promise<void> {
    const client = this.client ?? await this.begin();
    if (this.rows.length > 0) await this.send();
    if (this.copy !== null) await this.close(this.copy);
    this.copy = null;
    for (const [writer, stream] of [[this.rejects, this.streams.rejects], [this.removals, this.streams.removals]] as const) {
      if (writer.length === 0) continue;
      const copy = this.open(client, stream);
      await this.write(copy, writer, stream.tokens);
      await this.close(copy);
    }
    await client.query('select runs.commit_chunk($1, $2, $3, $4)', [this.lease.run, lastRow, this.inChunk, this.rejectsInChunk]);
    killPoint('stage.chunk.before-commit', this.lease.run);
    await client.query('commit');
    killPoint('stage.chunk.committed', this.lease.run);
    this.client = null;
    client.release();
    this.inChunk = 0;
    this.rejectsInChunk = 0;
  }

  private open(client: PoolClient, stream: Stream): Writable {
    const copy = copyIn(client, `copy ${stream.table} (${stream.columns.join(', ')}) from stdin (format binary)`);
    copy.on('error', (error: Error) => { this.failed ??= error; });
    copy.write(COPY_HEADER);
    return copy;
  }

  private async write(copy: Writable, writer: CopyWriter, tokens: TokenBatch): Promise<void> {
    tokens.seal(writer);
    // The socket may keep the buffer for a while; the writer goes on filling its own.
    const bytes = Buffer.from(writer.buffer.subarray(0, writer.length));
    writer.clear();
    if (!copy.write(bytes) && this.failed === null) await Promise.race([once(copy, 'drain'), once(copy, 'close')]);
    if (this.failed !== null) throw this.failed;
  }

  private async close(copy: Writable): Promise<void> {
    copy.end(COPY_END);
    await once(copy, 'finish');
    if (this.failed !== null) throw this.failed;
  }
}
