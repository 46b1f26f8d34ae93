import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database } from '#database';
import { loadSql } from '#database';
import type { FeedCatalogue, FeedContract } from '#feeds';
import type { Keys } from '#keys';
import { killPoint, type Redrive, type RedriveLease } from '#runs';
import { amendCatalogue } from '../drift/amend-catalogue.js';
import { RejectForms } from '../reject/reject-forms.js';
import { matchingValues } from './reject-filter.js';
import { RedrivenLines, type KeptLine } from './redriven-lines.js';
import { Repairer } from './repair.js';

/** Rejects opened at once. */
const PAGE = 2000;

export interface RedriveDelivery { path: string; bytes: number; rows: number; matched: number; leftOut: number }

/** Writes the delivery of an order: its rejects' lines, opened and mended, sealed again before they reach a disk. */
export class Redriver {
  constructor(private readonly database: Database, private readonly keys: Keys, private readonly folder: string) {}

  /** Puts what people settled about suppliers' changes on top of the folders: it may have changed since the order. */
  amend(catalogue: FeedCatalogue): Promise<void> {
    return amendCatalogue(this.database, catalogue);
  }

  /**
   * Fixes which rejects the order takes, in one statement, and writes them. Done again from the start by whoever takes
   * the order up after a crash.
   */
  async write(
    order: Redrive, repairs: Buffer | null, lease: RedriveLease, contract: FeedContract, signal: AbortSignal,
    tell: (done: { matched: number; doneRows: number; leftOut: number }) => Promise<void>,
  ): Promise<RedriveDelivery> {
    const matched = await this.fix(order, lease);
    killPoint('redrive.fixed', order.id);
    await tell({ matched, doneRows: 0, leftOut: 0 });
    const path = await this.place(order, lease);
    const out: number[] = [];
    let bytes = 0;
    const count = new Transform({ transform(chunk: Buffer, _encoding, done) { bytes += chunk.length; done(null, chunk); } });
    const lines = this.lines(order, new Repairer(this.keys, repairs), contract, out, signal, (doneRows) => tell({ matched, doneRows, leftOut: out.length }));
    await pipeline(Readable.from(lines, { objectMode: false }), count, this.keys.sealer().sealStream(), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
    await syncFolder(join(path, '..'));
    killPoint('redrive.written', order.id);
    await this.leaveOut(lease, out);
    await tell({ matched, doneRows: matched - out.length, leftOut: out.length });
    return { path, bytes, rows: matched - out.length, matched, leftOut: out.length };
  }

  /** Nobody will look at the rows of an order that has come to nothing. */
  async forget(order: Redrive): Promise<void> {
    await this.database.pool('staging').query('delete from staging.redriven where redrive = $1', [order.id]);
    await this.clear(order, null);
  }

  private async fix(order: Redrive, lease: RedriveLease): Promise<number> {
    return this.database.transaction('staging', async (client) => {
      await client.query('select runs.check_redrive($1, $2)', [lease.redrive, lease.token]);
      await client.query('delete from staging.redriven where redrive = $1', [order.id]);
      const { rowCount } = await client.query(
        `insert into staging.redriven (redrive, of_run, of_row, row_no)
         select ${order.id}, of_run, of_row, row_number() over (order by of_run, of_row) from (${loadSql(import.meta.dirname, 'matching')}) m`,
        matchingValues(order.feed, order.filter));
      return rowCount ?? 0;
    });
  }

  /** Rows that cannot be driven stay open; those behind them move up, so that numbers are the delivery's. */
  private async leaveOut(lease: RedriveLease, rows: number[]): Promise<void> {
    if (rows.length === 0) return;
    await this.database.transaction('staging', async (client) => {
      await client.query('select runs.check_redrive($1, $2)', [lease.redrive, lease.token]);
      await client.query('delete from staging.redriven where redrive = $1 and row_no = any ($2)', [lease.redrive, rows]);
      await client.query(
        `update staging.redriven m set row_no = n.nth
         from (select of_run, of_row, row_number() over (order by row_no) as nth from staging.redriven where redrive = $1) n
         where m.redrive = $1 and m.of_run = n.of_run and m.of_row = n.of_row and m.row_no <> n.nth`, [lease.redrive]);
    });
  }

  private async* lines(
    order: Redrive, repairer: Repairer, contract: FeedContract, out: number[], signal: AbortSignal, tell: (doneRows: number) => Promise<void>,
  ): AsyncGenerator<Buffer> {
    const lines = new RedrivenLines(contract, new RejectForms(this.database, contract), repairer, this.keys);
    yield Buffer.from(lines.header);
    for (let last = 0; ;) {
      signal.throwIfAborted();
      const { rows } = await this.database.pool('staging').query<Omit<KeptLine, 'as_run' | 'as_row'>>(loadSql(import.meta.dirname, 'line'), [order.id, last, PAGE]);
      if (rows.length === 0) return;
      let text = '';
      for (const line of rows) {
        const written = await lines.of({ ...line, as_run: line.of_run, as_row: line.of_row });
        if (written === null) out.push(line.row_no);
        else text += written;
      }
      last = rows.at(-1)!.row_no;
      await tell(last - out.length);
      killPoint('redrive.writing', order.id);
      if (text !== '') yield Buffer.from(text);
    }
  }

  /** A file of this lease alone: what workers that died had begun is cleared away. */
  private async place(order: Redrive, lease: RedriveLease): Promise<string> {
    const name = `redrive-${order.id}-${lease.token}.sealed`;
    await mkdir(join(this.folder, order.feed), { recursive: true, mode: 0o700 });
    await this.clear(order, name);
    return join(this.folder, order.feed, name);
  }

  private async clear(order: Redrive, but: string | null): Promise<void> {
    const folder = join(this.folder, order.feed);
    for (const file of await readdir(folder).catch(() => [])) {
      if (file.startsWith(`redrive-${order.id}-`) && file !== but) await rm(join(folder, file), { force: true });
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
