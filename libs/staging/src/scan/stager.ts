import type { Database } from '#database';
import { feedRelation, type FeedCatalogue, type FeedContract } from '#feeds';
import type { Keys } from '#keys';
import { isStopped, killPoint, Progress, type Ledger, type Lease, type Outcome, type PublishedRun, type Run, type RunCounts, type StepCount } from '#runs';
import { amendCatalogue } from '../drift/amend-catalogue.js';
import { columnLook } from '../drift/column-look.js';
import { clearRun } from '../apply/apply-staged.js';
import { DeliveryStore } from '../land/delivery-store.js';
import { openDelivery } from '../land/open-delivery.js';
import { comesAfter } from '../replay/read-again.js';
import { replayFeed } from '../replay/replay-feed.js';
import { StagedSql } from '../table/staged-sql.js';
import { readingContract } from '../redrive/reading-contract.js';
import { digestDelivery } from './digest-delivery.js';
import { checkPromisedRows, heldBack, heldFor, heldStopped, refusedFor } from './outcome.js';
import { scanDelivery, timed, type ScanOrder, type ScanParts } from './scan-delivery.js';

export interface StagerOptions {
  /** Folder of sealed deliveries; null: none are kept. */
  store: string | null;
  /** Rows committed at once. */
  chunkRows?: number;
}

/** Brings a delivery's rows into its run's private table and finds what they change. */
export class Stager {
  private readonly store: DeliveryStore | null;
  private readonly parts: ScanParts;

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly catalogue: FeedCatalogue,
    private readonly keys: Keys,
    options: StagerOptions,
  ) {
    this.parts = { database, catalogue, keys, chunkRows: options.chunkRows };
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
    const stopSealing = new AbortController();
    const sealable = AbortSignal.any([signal, stopSealing.signal]);
    let sealing: Promise<void> = Promise.resolve();
    await amendCatalogue(this.database, this.catalogue);
    const contract = readingContract(this.catalogue.get(run.feed), run);
    // Whatever was in force when it was taken in: it is read by what is in force now.
    if (run.contractVersion !== contract.version) await this.ledger.readBy(lease, contract.version);
    run = { ...run, contractVersion: contract.version };
    try {
      if (!run.released && await isStopped(this.database.pool('staging'), run.feed)) {
        await this.seal(run, lease, sealable);
        return { outcome: { state: 'held', reason: heldStopped(run) }, steps };
      }
      const source = await openDelivery(run, this.keys);
      const last = await this.ledger.lastPublished(run.feed);
      const published = run.redrive === null && last !== null && comesAfter(last.run, run) ? await this.ledger.listPublished(run.feed) : null;
      const before = run.redrive !== null ? null : published === null ? await this.ledger.lastPublished(run.feed, 'delivered') : lastBefore(run, published);
      if (before !== null && before.run.fileBytes === run.fileBytes && before.run.contractVersion === run.contractVersion) {
        progress.begin('digest');
        const digest = await timed(steps, 'digest', 'delivery', () => digestDelivery(contract, source, this.keys.secret('row-hash', 8)), (d) => d?.rows ?? 0);
        killPoint('stage.digested', run.id);
        if (digest !== null) checkPromisedRows(run, digest.rows);
        if (digest !== null && digest.text() === before.seenDigest) return { outcome: repeated(before.run.counts, digest.rows, digest.text()), steps };
      }
      sealing = this.seal(run, lease, sealable);
      sealing.catch(() => undefined);
      const outcome = published === null ? await this.read({ run, lease, signal, contract, source, steps, progress })
        : await replayFeed(this.parts, { run, lease, signal, contract, source, published, steps, progress });
      await sealing;
      return { outcome, steps };
    } catch (error) {
      const refused = refusedFor(error);
      if (refused === null) {
        stopSealing.abort();
        throw error;
      }
      // What was refused is kept as well: it can be shown, and read again once people accept it. Where the file itself is the trouble it cannot be.
      await sealing.catch(() => undefined);
      if (run.redrive !== null) delete refused.drift;
      return { outcome: refused, steps };
    }
  }

  private async read({ run, lease, signal, contract, source, steps, progress }: Omit<ScanOrder, 'sql' | 'first' | 'resumeAfter' | 'unmappedAgain'>): Promise<Outcome> {
    const sql = new StagedSql(contract);
    const first = await this.isFirst(sql);
    const resumeAfter = await this.ledger.lastChunkRow(run.id);
    await this.open(run, lease, resumeAfter === 0);
    killPoint('stage.opened', run.id);
    const unmappedAgain = await this.watchesCodes(contract);
    const scanned = await scanDelivery(this.parts, { run, lease, signal, contract, source, sql, first, resumeAfter, steps, progress, unmappedAgain });
    const { counts, warnings, digest } = scanned;
    const held = heldFor({ ...scanned, run, contract });
    return {
      state: held === null ? 'staged' : 'held',
      counts: held === null ? counts : heldBack(counts),
      reason: held ?? undefined,
      warnings, digest, seenDigest: digest, first, replayed: false,
      // Of rejects driven again nothing can be told of the supplier.
      ...(run.redrive === null && { drift: columnLook(contract, scanned.columns, counts.unchanged + counts.duplicate) }),
    };
  }

  /** Whether codes nobody mapped are being watched, or were mapped since. */
  private async watchesCodes({ feed, amended }: FeedContract): Promise<boolean> {
    if (amended?.amendments.some(({ kind }) => kind === 'code') === true) return true;
    return (await this.database.pool('staging').query(`select from runs.feed_drift where feed = $1 and kind = 'code-new' and state = 'open' limit 1`, [feed])).rowCount !== 0;
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
      hint: { zh: '如本应有变化，请供数部门核对是否发错了文件；否则无须处理', en: 'If something should have changed, ask the supplier whether it sent the right file; otherwise nothing is to be done' },
    },
    seenDigest: digest,
    digest,
  };
}

/** The delivery after which a late one takes its place; rejects driven again since are none of the supplier's. */
function lastBefore(run: Run, published: PublishedRun[]): { seenDigest: string | null; run: Run } | null {
  const found = published.findLast((one) => one.redrive === null && comesAfter(run, one));
  return found === undefined ? null : { seenDigest: found.seenDigest, run: found };
}
