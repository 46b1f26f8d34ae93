import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { reconcileInvariants, reconcileTables } from '#reconcile';
import { registryInvariants, registryTables, stateDigest } from '#registry';
import { Ledger, Redrives, runInvariants, type RedriveFilter, type Run } from '#runs';
import { fileStatOf, Redriver, sealRepairs, Stager, stagingInvariants, stagingTables, type Repair } from '#staging';
import pg from 'pg';
import { Line } from '../../apps/worker/src/line/line.js';
import { RedriveLine } from '../../apps/worker/src/line/redrive-line.js';
import { testDatabase, type TestDatabase } from './database.js';
import { encodeGb18030 } from './gb18030.js';

const CONFIG = join(import.meta.dirname, '../../config');

/** A delivery as a supplier hands it in: cells by column; a cell that is missing is empty. */
export interface Handed { feed: string; asOf: string; mode: 'full' | 'delta'; rows: Record<string, string>[] }

/** The whole line on a store of its own, from a delivery's bytes to what is published; no queue stands between the steps. */
export class WholeLine {
  readonly line: Line;
  /** What went wrong in a step: its state and the error's code. */
  readonly told: string[] = [];
  private files = 0;

  private constructor(
    readonly store: TestDatabase, readonly admin: pg.Client, readonly catalogue: FeedCatalogue, readonly ledger: Ledger, readonly stager: Stager, readonly folder: string, readonly keys: Keys,
  ) {
    this.line = new Line({
      database: store.database, ledger, catalogue, stager, worker: 'test',
      onError: (_run, step, error) => this.told.push(`${step} ${(error as { code?: string }).code} ${(error as Error).message}`),
    });
  }

  /** With the contracts of some of the district's feeds; `keep`: sealed copies of deliveries are kept; under the same keys the same rows have the same state. */
  static async open(feeds: string[], o: { keep?: boolean; keys?: Keys } = {}): Promise<WholeLine> {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-line-'));
    await cp(join(CONFIG, 'codes'), join(folder, 'config/codes'), { recursive: true });
    for (const feed of feeds) await cp(join(CONFIG, 'feeds', feed), join(folder, 'config/feeds', feed), { recursive: true });
    const catalogue = await FeedCatalogue.load(join(folder, 'config'));
    const { contracts } = catalogue;
    const store = await testDatabase([...stagingTables(contracts), ...reconcileTables(contracts), ...registryTables(contracts)]);
    // How much may go at once is not what is looked at here.
    for (const contract of contracts) Object.assign(contract.limits, { shrink: 1, rejects: 1 });
    const admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    const ledger = new Ledger(store.database, systemClock);
    const keys = o.keys ?? await loadKeys(join(folder, 'keys'));
    const stager = new Stager(store.database, ledger, catalogue, keys, { store: o.keep === false ? null : join(folder, 'deliveries') });
    return new WholeLine(store, admin, catalogue, ledger, stager, folder, keys);
  }

  async deliver(handed: Handed): Promise<Run> {
    return this.finish((await this.accept(handed)).id);
  }

  async finish(run: number): Promise<Run> {
    await this.line.stage(run);
    await this.line.link(run);
    await this.line.apply(run);
    return (await this.ledger.find(run))!;
  }

  /** An order to drive rejects again, written as a delivery; its run is not finished. Null: nothing was left to drive. */
  async order(feed: string, filter: RedriveFilter, repairs: Repair[] = []): Promise<Run | null> {
    const { ledger, catalogue, keys, store: { database } } = this;
    const redrives = new Redrives(database, ledger, systemClock);
    const { id } = await redrives.order({ feed, filter, by: '甲', repairs: sealRepairs(keys, catalogue.get(feed), repairs) });
    await new RedriveLine({
      redrives, ledger, catalogue, worker: 'test', redriver: new Redriver(database, keys, join(this.folder, 'deliveries')),
      onError: (_id, error) => this.told.push(`redrive ${(error as { code?: string }).code} ${(error as Error).message}`),
    }).perform(id);
    const { run } = (await redrives.find(id))!;
    return run === null ? null : await ledger.find(run);
  }

  async accept({ feed, asOf, mode, rows }: Handed): Promise<Run> {
    const contract = this.catalogue.get(feed);
    const columns = contract.fields.map(({ column }) => column);
    const text = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => cells.join(contract.format.delimiter)).join('\n') + '\n';
    const filePath = join(this.folder, `${++this.files}.csv`);
    await writeFile(filePath, contract.format.encoding === 'gb18030' ? encodeGb18030(text) : text);
    const { bytes, stat } = await fileStatOf(filePath);
    return this.ledger.accept({
      feed, fileName: `${this.files}.csv`, filePath, fileBytes: bytes, fileStat: stat, contractVersion: contract.version, mode, batchNo: null, asOf: new Date(asOf),
    });
  }

  digest(): Promise<Record<string, string>> {
    return stateDigest(this.admin);
  }

  /** What `hushu verify` would find wrong. */
  async faults(): Promise<string[]> {
    const { contracts } = this.catalogue;
    const found: string[] = [];
    for (const { name, sql } of [...runInvariants(), ...stagingInvariants(contracts), ...reconcileInvariants(contracts), ...registryInvariants(contracts)]) {
      for (const { what } of (await this.admin.query<{ what: string }>(sql)).rows) if (!name.startsWith('no bell')) found.push(`${name}: ${what}`);
    }
    return found;
  }

  async close(): Promise<void> {
    await this.admin.end();
    await this.store.drop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
