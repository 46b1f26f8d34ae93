import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { Ledger, type Run } from '#runs';
import { applyStaged, clearRun, fileStatOf, runTable, Stager, stagingTables } from '#staging';
import { testDatabase, type TestDatabase } from './database.js';

/** Staging alone on a real store: deliveries are staged and put in place, nobody links them. */
export class StagingBench {
  private constructor(
    readonly store: TestDatabase, readonly catalogue: FeedCatalogue, readonly keys: Keys, readonly ledger: Ledger, readonly stager: Stager, readonly folder: string,
  ) {}

  static async open(configDir: string): Promise<StagingBench> {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-staging-'));
    const catalogue = await FeedCatalogue.load(configDir);
    const store = await testDatabase(stagingTables(catalogue.contracts));
    const keys = await loadKeys(join(folder, 'keys'));
    const ledger = new Ledger(store.database, systemClock);
    return new StagingBench(store, catalogue, keys, ledger, new Stager(store.database, ledger, catalogue, keys, { store: null }), folder);
  }

  /** Stages a file and, unless it was held or refused, puts its rows in place. */
  async deliver(feed: string, file: string, options: { asOf?: Date; mode?: 'full' | 'delta'; apply?: boolean; stager?: Stager } = {}): Promise<Run> {
    const contract = this.catalogue.get(feed);
    const path = join(this.folder, basename(file));
    if (path !== file) await copyFile(file, path);
    const { bytes, stat } = await fileStatOf(path);
    const accepted = await this.ledger.accept({
      feed, fileName: basename(file), filePath: path, fileBytes: bytes, fileStat: stat, contractVersion: contract.version,
      mode: options.mode ?? contract.mode, batchNo: null, asOf: options.asOf ?? new Date('2025-06-01T00:00:00Z'),
    });
    return this.finish(accepted.id, options);
  }

  /** Takes an accepted run through staging and, unless it was held or refused, puts its rows in place. */
  async finish(id: number, options: { apply?: boolean; stager?: Stager } = {}): Promise<Run> {
    const { run, lease } = (await this.ledger.claim(id, 'accepted', 'test'))!;
    const contract = this.catalogue.get(run.feed);
    const { outcome } = await (options.stager ?? this.stager).stage(run, lease, new AbortController().signal);
    await this.ledger.advance(lease, outcome);
    if (outcome.state === 'staged' && options.apply !== false) {
      await this.ledger.advance((await this.ledger.claim(run.id, 'staged', 'test'))!.lease, { state: 'linked' });
      const { lease: last } = (await this.ledger.claim(run.id, 'linked', 'test'))!;
      await this.store.database.transaction('staging', (client) => applyStaged(client, {
        run: run.id, feed: run.feed, contract, first: outcome.first === true, replayed: outcome.replayed === true, table: runTable(run.feed, run.id), asOf: run.asOf, knownAt: run.acceptedAt,
      }));
      await this.ledger.advance(last, { state: 'published' });
      await this.store.database.transaction('staging', (client) => clearRun(client, run.feed, run.id));
    }
    return (await this.ledger.find(run.id))!;
  }

  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.store.database.pool('staging').query(sql, values)).rows as T[];
  }

  async close(): Promise<void> {
    await this.store.drop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
