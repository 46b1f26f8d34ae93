import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { PoolClient } from 'pg';
import type { Database } from '#database';
import { copyIn } from '#database';
import { HubError } from '#kernel';
import { COPY_END, COPY_HEADER, CopyWriter, type TokenBatch } from '#feeds';
import { killPoint, type Lease } from '#runs';

/** Rows of a chunk: enough that a commit costs nothing, few enough that a dead worker's successor repeats little. */
const CHUNK_ROWS = 100_000;
/** Bytes of tuples sent at once. */
const SEND_BYTES = 1 << 20;
/** What is smaller is copied when it is sent: the socket may keep it while the writer goes on. */
const SMALL = 1 << 16;

export interface Stream { table: string; columns: string[]; tokens: TokenBatch }

/**
 * Writes a delivery's tuples chunk by chunk: each chunk's rows, rejects, removals and ledger row are one
 * transaction that begins with the fence. While a chunk is brought to its end the next is filled on another
 * connection, which commits only after it: so a chunk in the ledger means that all before it are there.
 */
export class ChunkWriter {
  readonly rows = new CopyWriter();
  readonly rejects = new CopyWriter();
  readonly removals = new CopyWriter();
  private client: PoolClient | null = null;
  private copy: Writable | null = null;
  private failed: Error | null = null;
  private spare: Buffer | null = null;
  /** The chunk before this one, on its way to its commit. */
  private ending: Promise<void> = Promise.resolve();
  private endingOn: PoolClient | null = null;
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
    await this.ending;
    if (this.failed !== null) throw this.failed;
  }

  async abandon(): Promise<void> {
    const { client, endingOn } = this;
    this.failed ??= new HubError({ code: 'HUSHU-STAGING-05', zh: '批次的读取被中止', en: 'Reading the delivery was given up', retry: true });
    this.client = null;
    this.endingOn = null;
    this.copy?.destroy();
    // The connections may be in the middle of a COPY: closing them makes the server forget the chunks.
    client?.release(true);
    endingOn?.release(true);
    await this.ending;
  }

  private async begin(): Promise<PoolClient> {
    const client = await this.database.pool('staging').connect();
    this.client = client;
    // A chunk that a crash of the server takes back is missing from the ledger too, and is read again; the commit that moves the run on waits for the disk.
    await client.query('begin; set local synchronous_commit = off');
    await client.query('select runs.check_fence($1, $2)', [this.lease.run, this.lease.token]);
    return client;
  }

  private async send(): Promise<void> {
    const client = this.client ?? await this.begin();
    if (this.copy === null) this.copy = this.open(client, this.streams.rows);
    const { rows, copy } = this;
    this.streams.rows.tokens.seal(rows);
    if (rows.length < SMALL) {
      const bytes = Buffer.from(rows.buffer.subarray(0, rows.length));
      rows.clear();
      await this.write(copy, bytes);
    } else {
      const bytes = rows.take(this.spare);
      this.spare = null;
      await this.write(copy, bytes);
      // The socket has taken it: its room can be filled again.
      this.spare = Buffer.from(bytes.buffer, bytes.byteOffset);
    }
    killPoint('stage.chunk.sent', this.lease.run);
  }

  /** Hands the chunk over to be ended and makes room for the next. */
  private async commit(lastRow: number): Promise<void> {
    const client = this.client ?? await this.begin();
    if (this.rows.length > 0) await this.send();
    const sides = [[this.rejects, this.streams.rejects] as const, [this.removals, this.streams.removals] as const].flatMap(([writer, stream]) => {
      if (writer.length === 0) return [];
      stream.tokens.seal(writer);
      return [{ stream, bytes: writer.take(null) }];
    });
    await this.ending;
    if (this.failed !== null) throw this.failed;
    this.endingOn = client;
    this.ending = this.finish(client, this.copy, sides, [lastRow, this.inChunk, this.rejectsInChunk]).catch((error: Error) => { this.failed ??= error; });
    this.client = null;
    this.copy = null;
    this.inChunk = 0;
    this.rejectsInChunk = 0;
  }

  private async finish(client: PoolClient, rows: Writable | null, sides: { stream: Stream; bytes: Buffer }[], counts: number[]): Promise<void> {
    if (rows !== null) await this.close(rows);
    for (const { stream, bytes } of sides) {
      const copy = this.open(client, stream);
      await this.write(copy, bytes);
      await this.close(copy);
    }
    await client.query('select runs.commit_chunk($1, $2, $3, $4)', [this.lease.run, ...counts]);
    killPoint('stage.chunk.before-commit', this.lease.run);
    await client.query('commit');
    killPoint('stage.chunk.committed', this.lease.run);
    if (this.endingOn === client) client.release();
    this.endingOn = null;
  }

  private open(client: PoolClient, stream: Stream): Writable {
    const copy = copyIn(client, `copy ${stream.table} (${stream.columns.join(', ')}) from stdin (format binary)`);
    copy.on('error', (error: Error) => { this.failed ??= error; });
    copy.write(COPY_HEADER);
    return copy;
  }

  private async write(copy: Writable, bytes: Buffer): Promise<void> {
    if (!copy.write(bytes) && this.failed === null) await Promise.race([once(copy, 'drain'), once(copy, 'close')]);
    if (this.failed !== null) throw this.failed;
  }

  private async close(copy: Writable): Promise<void> {
    copy.end(COPY_END);
    await once(copy, 'finish');
    if (this.failed !== null) throw this.failed;
  }
}
