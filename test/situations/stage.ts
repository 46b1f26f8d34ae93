import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neighbourHub, readNeighbours } from '#exchange';
import { FeedCatalogue } from '#feeds';
import { systemClock, type Text } from '#kernel';
import { FetchLedger } from '#runs';
import { CredentialStore } from '#keys';
import { amendCatalogue, FetchedDeliveries, fileStatOf } from '#staging';
import { credentialOf } from '../../apps/worker/src/line/credential-of.js';
import { FetchLine } from '../../apps/worker/src/line/fetch.js';
import { Line } from '../../apps/worker/src/line/line.js';
import { StagingBench } from '../support/staging.js';

const ROOT = join(import.meta.dirname, '../..');
export const CARDS = 'library-card';
export const WORKBOOK = 'library-card-xlsx';
export const PARCELS = 'parcel';
/** What the hub holds of suppliers' secrets; none of it may be seen again. */
export const SECRET = 'geheim-und-falsch';

/** What an officer sees of a feed that is not well, as `GET /v1/feeds`, `feed list`, `GET /v1/runs` and `run show` give it. */
export interface Seen { state: string; rule: string | null; text: Text; hint: Text }

/** A hub without its doors: deliveries are fetched, staged and put in place by the worker's own parts. */
export class Stage {
  private constructor(
    readonly folder: string, readonly bench: StagingBench, private readonly fetches: FetchLedger, private readonly deliveries: FetchedDeliveries, private readonly line: Line,
    readonly credentials: CredentialStore,
  ) {}

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'hushu-situations-'));
    const config = join(folder, 'config');
    cpSync(join(ROOT, 'test/codes'), join(config, 'codes'), { recursive: true });
    for (const feed of [CARDS, WORKBOOK]) cpSync(join(ROOT, 'test/feeds', feed), join(config, 'feeds', feed), { recursive: true });
    mkdirSync(join(config, 'feeds', PARCELS));
    cpSync(join(ROOT, 'libs/feeds/src/contract/ok/places-only.yaml'), join(config, 'feeds', PARCELS, 'feed.yaml'));
    const bench = await StagingBench.open(config);
    const fetches = new FetchLedger(bench.store.database, bench.ledger);
    const line = new Line({ database: bench.store.database, ledger: bench.ledger, catalogue: bench.catalogue, stager: bench.stager, worker: 'test', onError: () => undefined });
    return new Stage(folder, bench, fetches, new FetchedDeliveries(join(folder, 'deliveries'), bench.keys, fetches), line, new CredentialStore(join(folder, 'credentials'), bench.keys.sealer()));
  }

  async close(): Promise<void> {
    await this.bench.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Nothing was ever delivered, nothing lies in the drop. */
  async clear(): Promise<void> {
    rmSync(this.drop, { recursive: true, force: true });
    mkdirSync(this.drop);
    const owner = await this.bench.store.database.connect('migrate');
    try {
      await owner.query('truncate runs.fetch, runs.arrival, runs.run, runs.outbox, runs.event cascade');
      await owner.query(`insert into runs.lane (name) values ('publish') on conflict do nothing`);
      const { rows: [held] } = await owner.query<{ tables: string }>(
        `select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables from pg_tables where schemaname = 'staging' and tablename like 'library_card%'`);
      await owner.query(`truncate ${held!.tables}`);
    } finally {
      await owner.end();
    }
  }

  get drop(): string {
    return join(this.folder, 'drop');
  }

  /** The district's, as fetches read it. */
  get config(): string {
    return join(this.folder, 'fetched');
  }

  sample(feed = CARDS): Buffer {
    return readFileSync(join(ROOT, 'test/feeds', feed, feed === WORKBOOK ? 'sample.xlsx' : 'sample.csv'));
  }

  /** Lays a file with a manifest that tells the truth of it, but for what `lies` says. */
  lay(name: string, bytes: Buffer | string, lies: object = {}): void {
    writeFileSync(join(this.drop, name), bytes);
    const rows = bytes.toString().split('\n').length - 2;
    writeFileSync(join(this.drop, `${name}.manifest.json`), JSON.stringify({ file: name, rows, sm3: createHash('sm3').update(bytes).digest('hex'), ...lies }));
  }

  /** Fetches a feed of parcels that comes by this transport. @param dead how many workers died of it before */
  async fetch(transport: Record<string, unknown>, format: 'csv' | 'ndjson' = 'csv', dead = 0): Promise<Seen> {
    const config = this.config;
    const neighbours = await readNeighbours(config);
    mkdirSync(join(config, 'feeds', PARCELS), { recursive: true });
    cpSync(join(ROOT, 'test/codes'), join(config, 'codes'), { recursive: true });
    const sound = readFileSync(join(ROOT, 'libs/feeds/src/contract/ok/places-only.yaml'), 'utf8');
    writeFileSync(join(config, 'feeds', PARCELS, 'feed.yaml'),
      sound.replace('{ kind: file }', JSON.stringify(transport)).replace('{ kind: csv }', `{ kind: ${format} }`).replace("'(\\d{8})'", "'(\\d{14}|\\d{8})'"));
    const catalogue = await FeedCatalogue.load(config);
    const line = new FetchLine({
      fetches: this.fetches, deliveries: this.deliveries, catalogue, amend: () => amendCatalogue(this.bench.store.database, catalogue), worker: 'test', clock: systemClock, onError: () => undefined,
      credential: (name) => credentialOf(this.credentials, name), neighbour: async (name) => neighbourHub(neighbours, this.bench.keys, name),
    });
    await line.schedule();
    await this.fetches.ask(PARCELS);
    if (dead > 0) {
      await this.bench.store.database.pool('runs').query(
        `update runs.fetch set failures = $1, lease_by = 'dead', lease_until = clock_timestamp() - interval '1 s' where feed = $2`, [dead, PARCELS]);
    }
    await line.fetch(PARCELS);
    const { rows: [row] } = await this.bench.store.database.pool('operations').query<{ outcome: string; waiting: number; reason_rule: string | null; reason: { text: Text; hint: Text } }>(
      'select outcome, waiting, reason_rule, reason from runs.fetch_status where feed = $1', [PARCELS]);
    if (row?.reason == null) throw new Error(`nothing is wrong: ${row?.outcome ?? 'no fetch'}`);
    return { state: `fetch ${row.outcome}${row.waiting > 0 ? ', waiting' : ''}`, rule: row.reason_rule, ...row.reason };
  }

  /** A sound delivery that is published. */
  async publish(file: string, bytes: Buffer | string, feed = CARDS): Promise<void> {
    await this.bench.deliver(feed, this.write(file, bytes), { asOf: timeOf(file), mode: 'full' });
  }

  /** A delivery that is handed in and taken to where it stops by itself. @param promised rows its manifest speaks of */
  async deliver(file: string, bytes: Buffer | string, more: { feed?: string; mode?: 'full' | 'delta'; promised?: number; gone?: boolean } = {}): Promise<Seen> {
    const { ledger, catalogue } = this.bench;
    const contract = catalogue.get(more.feed ?? CARDS);
    const path = this.write(file, bytes);
    const { bytes: fileBytes, stat: fileStat } = await fileStatOf(path);
    const { id } = await ledger.accept({
      feed: contract.feed, fileName: file, filePath: path, fileBytes, fileStat, contractVersion: contract.version,
      mode: more.mode ?? 'full', batchNo: null, asOf: timeOf(file), ...(more.promised === undefined ? {} : { promisedRows: more.promised }),
    });
    if (more.gone === true) rmSync(path);
    await this.line.stage(id);
    const { rows: [row] } = await this.bench.store.database.pool('operations').query<{ state: string; reason_rule: string | null; reason: { text: Text; hint: Text } }>(
      'select state, reason_rule, reason from runs.run_status where id = $1', [id]);
    if (row?.reason == null) throw new Error(`nothing is wrong: ${row?.state ?? 'no run'}`);
    return { state: `run ${row.state}`, rule: row.reason_rule, ...row.reason };
  }

  private write(file: string, bytes: Buffer | string): string {
    const path = join(this.bench.folder, file);
    writeFileSync(path, bytes);
    return path;
  }
}

function timeOf(file: string): Date {
  const [, year, month, day] = /(\d{4})(\d\d)(\d\d)/.exec(file)!;
  return new Date(`${year}-${month}-${day}T00:00:00+08:00`);
}
