import { join } from 'node:path';
import type { Database } from '#database';
import { feedRelation, formatOf, latestDateOf, TokenBatch, type ByteSource, type FeedCatalogue, type FeedContract, type HashSet } from '#feeds';
import type { Keys } from '#keys';
import { killPoint, Progress, type Ledger, type Lease, type Outcome, type Run, type RunCounts, type StepCount } from '#runs';
import { clearRun } from '../apply/apply-staged.js';
import { DeliveryStore } from '../land/delivery-store.js';
import { openDelivery } from '../land/open-delivery.js';
import { matchRun } from '../match/match-run.js';
import { StagedSql } from '../table/staged-sql.js';
import { ChunkWriter } from './chunk-writer.js';
import { DeliveryReader, type DeliveryCounts } from './delivery-reader.js';
import { digestDelivery } from './digest-delivery.js';
import { findStanding, loadKnownRows } from './known-rows.js';
import { expectedRowsOf } from './expected-rows.js';
import { checkPromisedRows, heldFor, refusedFor } from './outcome.js';
import { resolveContested } from './resolve-contested.js';
import { readingContract } from '../redrive/reading-contract.js';
import { REJECT_COLUMNS, REMOVAL_COLUMNS, RunOutlet } from './run-outlet.js';

export interface StagerOptions {
  /** Folder of sealed deliveries; null: none are kept. */
  store: string | null;
  /** Rows committed at once. */
  chunkRows?: number;
}

/** Brings a delivery's rows into its run's private table and finds what they change. */
export class Stager {
  private readonly store: DeliveryStore | null;

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly catalogue: FeedCatalogue,
    private readonly keys: Keys,
    private readonly options: StagerOptions,
  ) {
    this.store = options.store === null ? null : new DeliveryStore(options.store);
  }

  /** Clears away half-written copies of deliveries whose staging is over. */
  async clearParts(): Promise<number> {
    return await this.store?.clearParts(async (id) => (await this.ledger.find(id))?.state !== 'accepted') ?? 0;
  }

  /** @returns the run's next state; a delivery that cannot be read is refused, one beyond its contract held */
  async stage(run: Run, lease: Lease, signal: AbortSignal): Promise<{ outcome: Outcome; steps: StepCount[] }> {
    const steps: StepCount[] = [];
    const progress = new Progress(this.database, lease);
    const contract = readingContract(this.catalogue.get(run.feed), run);
    const stopSealing = new AbortController();
    try {
      const source = await openDelivery(run, this.keys);
      const last = await this.ledger.lastPublished(run.feed);
      const seed = this.keys.secret('row-hash', 8);
      if (last !== null && run.redrive === null && (last.run.fileBytes === run.fileBytes || run.asOf < last.asOf) && last.run.contractVersion === run.contractVersion) {
        progress.begin('digest');
        const digest = await timed(steps, 'digest', 'delivery', () => digestDelivery(contract, source, seed), (d) => d?.rows ?? 0);
        killPoint('stage.digested', run.id);
        if (digest !== null) checkPromisedRows(run, digest.rows);
        if (digest !== null && digest.text() === last.seenDigest) return { outcome: repeated(last.run.counts, digest.rows, digest.text()), steps };
      }
      const sealing = this.seal(run, lease, AbortSignal.any([signal, stopSealing.signal]));
      sealing.catch(() => undefined);
      const outcome = await this.read(run, lease, signal, contract, source, seed, last === null ? null : last.asOf, steps, progress);
      await sealing;
      return { outcome, steps };
    } catch (error) {
      stopSealing.abort();
      const refused = refusedFor(error);
      if (refused === null) throw error;
      return { outcome: refused, steps };
    }
  }

  private async read(
    run: Run, lease: Lease, signal: AbortSignal, contract: FeedContract, source: ByteSource, seed: Buffer, lastAsOf: Date | null, steps: StepCount[],
    progress: Progress,
  ): Promise<Outcome> {
    const sql = new StagedSql(contract);
    const first = await this.isFirst(sql);
    const resumeAfter = await this.ledger.lastChunkRow(run.id);
    await this.open(run, lease, resumeAfter === 0);
    killPoint('stage.opened', run.id);
    const full = run.mode === 'full';
    let known: HashSet | null = null;
    if (full && !first) progress.begin('load');
    if (full && !first) known = await timed(steps, 'load', 'known rows', () => loadKnownRows(this.database, sql), (set) => set.size);

    const reader = this.catalogue.rowReader(contract, latestDateOf(run.asOf));
    const tokens = () => new TokenBatch({ document: this.keys.tokens('document'), phone: this.keys.tokens('phone') }, this.keys.tokens('source-key', contract.feed));
    const rowTokens = tokens();
    const side = { rejects: tokens(), removals: tokens() };
    const writer = new ChunkWriter(this.database, lease, {
      rows: { table: sql.fresh(run.id), columns: sql.columnNames, tokens: rowTokens },
      rejects: { table: 'staging.reject', columns: REJECT_COLUMNS, tokens: side.rejects },
      removals: { table: 'staging.removal', columns: REMOVAL_COLUMNS, tokens: side.removals },
    }, this.options.chunkRows);
    const outlet = new RunOutlet({ writer, tokens: rowTokens, side, run: run.id, feed: Buffer.from(contract.feed), sealer: this.keys.sealer(), progress });
    const expectedRows = await expectedRowsOf(contract, source, source.size ?? run.fileBytes);
    const delivery = new DeliveryReader(contract, reader, this.catalogue, outlet, {
      run: run.id, seed, known, keysOfKnown: false, expectedRows, resumeAfter, signal,
    });
    const format = formatOf(contract.format, contract.fields.map((field) => field.column));
    progress.begin('read', resumeAfter, expectedRows);
    try {
      await timed(steps, 'stage', sql.feed, async () => {
        await format.read(source, delivery);
        await writer.end(delivery.counts.read);
      }, () => delivery.counts.read);
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    killPoint('stage.read', run.id);
    checkPromisedRows(run, delivery.counts.read);
    const standing = known === null || delivery.counts.staged + delivery.counts.removals === 0 ? new Set<string>()
      : await timed(steps, 'match', 'standing rows', () => findStanding(this.database, sql, run.id, known), (rows) => rows.size);
    if (delivery.contested.size > 0 || standing.size > 0) {
      await timed(steps, 'settle', 'contested keys', () => resolveContested({
        contract, format, source, contested: delivery.contested, standing, known, seed, counts: delivery.counts, database: this.database, lease, sql,
        reader: this.catalogue.rowReader(contract, latestDateOf(run.asOf)), sealer: this.keys.sealer(), tokens: tokens(),
        removeWord: contract.operation?.remove ?? null,
      }), () => delivery.contested.size);
      killPoint('stage.settled', run.id);
    }
    if (delivery.counts.rejected > 0) await this.keepForm(run, lease, contract, delivery.columns);
    if (run.redrive !== null) await this.passBy(run, lease, sql, delivery.counts);
    progress.begin('match', delivery.counts.read, delivery.counts.read);
    const match = await matchRun({ database: this.database, lease, sql, contract, first, full, known, delivery, steps });
    killPoint('stage.matched', run.id);

    const counts = match.counts;
    const held = heldFor({ run, contract, counts, currentRows: match.currentRows, blocked: reader.blocked, lastAsOf });
    return {
      state: held === null ? 'staged' : 'held',
      counts: held === null ? counts : { ...counts, added: 0, changed: 0, held: counts.added + counts.changed },
      reason: held ?? undefined,
      warnings: Object.fromEntries(reader.warnings),
      digest: delivery.digest.text(),
      seenDigest: delivery.digest.text(),
      first,
    };
  }

  /** What an earlier reading left is dropped where this one begins at the first row. */
  private async open(run: Run, lease: Lease, fresh: boolean): Promise<void> {
    await this.database.transaction('staging', async (client) => {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      if (fresh) {
        await clearRun(client, run.feed, run.id);
        await client.query('delete from staging.reject where run = $1', [run.id]);
      }
      await client.query('select staging.open_run_table($1, $2)', [feedRelation(run.feed), run.id]);
    });
  }

  /** What the raw lines of the run's rejects need to be read again. */
  private async keepForm(run: Run, lease: Lease, contract: FeedContract, columns: string[]): Promise<void> {
    const { kind, encoding, delimiter, widths } = contract.format;
    await this.database.transaction('staging', async (client) => {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      await client.query(
        'insert into staging.reject_form (run, columns, format) values ($1, $2, $3) on conflict (run) do update set columns = excluded.columns, format = excluded.format',
        [run.id, columns, JSON.stringify({ kind, encoding, delimiter, widths })]);
    });
  }

  /** Rows driven again whose rejects another run has settled since they were ordered: a newer delivery is not overwritten by an old line. */
  private async passBy(run: Run, lease: Lease, sql: StagedSql, counts: DeliveryCounts): Promise<void> {
    await this.database.transaction('staging', async (client) => {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      const { rows: [gone] } = await client.query<{ staged: number; removed: number }>(
        sql.fill(join(import.meta.dirname, '../redrive'), 'superseded', run.id), [run.redrive]);
      const passed = gone!.staged + gone!.removed;
      if (passed === 0) return;
      // What is dropped here would not be found again by a worker that goes on behind the last chunk.
      await client.query('select runs.forget_chunks($1)', [run.id]);
      counts.staged -= gone!.staged;
      counts.removals -= gone!.removed;
      counts.unchanged += passed;
    });
    killPoint('stage.passed-by', run.id);
  }

  private async isFirst(sql: StagedSql): Promise<boolean> {
    const { rows } = await this.database.pool('staging').query(
      `select not exists (select 1 from ${sql.current}) and not exists (select 1 from ${sql.past}) as first`);
    return rows[0].first;
  }

  private async seal(run: Run, lease: Lease, signal: AbortSignal): Promise<void> {
    if (this.store === null || run.storedPath !== null) return;
    const path = await this.store.place(run.feed, run.id);
    killPoint('stage.sealing', run.id);
    await this.keys.sealer().sealFile(run.filePath, path, signal);
    killPoint('stage.sealed-file', run.id);
    await this.ledger.setStored(lease, path);
    killPoint('stage.sealed', run.id);
  }
}

function repeated(last: RunCounts, rows: number, digest: string): Outcome {
  const duplicate = last.duplicate;
  const rejected = last.rejected;
  return {
    state: 'published',
    counts: { read: rows, duplicate, rejected, unchanged: rows - duplicate - rejected, added: 0, changed: 0, removed: 0, held: 0 },
    reason: {
      rule: 'delivery-repeated',
      text: { zh: '与上一批内容相同（行序不论），未作改动', en: 'The same rows as the last delivery, in whatever order: nothing changed' },
    },
    seenDigest: digest,
    digest,
  };
}

async function timed<T>(steps: StepCount[], step: string, relation: string, work: () => Promise<T>, rows: (result: T) => number): Promise<T> {
  const start = performance.now();
  const result = await work();
  steps.push({ step, relation, rows: rows(result), ms: performance.now() - start });
  return result;
}

