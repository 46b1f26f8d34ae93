import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditWriter } from '#access';
import { Database } from '#database';
import { Exchange, neighbourHub, Offers, Outgoing, readNeighbours, Upstream } from '#exchange';
import { systemClock } from '#kernel';
import { FetchLedger, putContractsInForce, recordKillPoints, type Run } from '#runs';
import { amendCatalogue, FetchedDeliveries } from '#staging';
import { FetchLine } from '../../apps/worker/src/line/fetch.js';
import { hasOpenssl, makeCertificate } from '../support/certificates.js';
import { testPasswordOf } from '../support/database.js';
import { StagingBench } from '../support/staging.js';
import { CITY, UpstreamHub } from '../support/upstream-hub.js';
import { startWire } from '../support/wire.js';
import { killedAt } from './killed-process.js';

const TESTS = join(import.meta.dirname, '..');
export const FEED = 'library-card';
export const SAMPLE = readFileSync(join(TESTS, 'feeds', FEED, 'sample.csv'), 'utf8');
/** A hub that takes what the district got from the city; it never calls. */
export const ABOVE = 'province';

/** A district that takes from its city, which answers for real, over TLS where this machine has openssl. */
export class ExchangeGround {
  private files = 0;

  private constructor(
    private readonly folder: string, readonly bench: StagingBench, readonly city: UpstreamHub, private readonly fetches: FetchLedger, private readonly audit: AuditWriter,
  ) {}

  static async open(): Promise<ExchangeGround> {
    const folder = mkdtempSync(join(tmpdir(), 'hushu-exchange-'));
    const config = join(folder, 'config');
    cpSync(join(TESTS, 'codes'), join(config, 'codes'), { recursive: true });
    cpSync(join(TESTS, 'feeds', FEED), join(config, 'feeds', FEED), { recursive: true });
    const contract = join(config, 'feeds', FEED, 'feed.yaml');
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('{ kind: file }', `{ kind: hub, hub: ${CITY} }`));
    const bench = await StagingBench.open(config);
    const authority = hasOpenssl ? await makeCertificate(folder, 'fiction-authority', 'authority.invalid', null) : null;
    const tls = authority === null ? {} : { tls: { shown: await makeCertificate(folder, 'city', '127.0.0.1', authority), authority: authority.certFile } };
    const city = await UpstreamHub.start({ gives: [FEED], takerKey: bench.keys.hubSigner().publicKey, ...tls });
    city.enter(config);
    await putContractsInForce(city.store.database, bench.catalogue.definitions.map((definition) => ({ feed: FEED, version: 'v1', definition })), 'test', () => ({}));
    await city.admin.query(`insert into sharing.product (id, version, definition, loaded_at) values ($1, '1', jsonb_build_object('id', $1::text, 'code', 'first'), now())`, [FEED]);
    for (const part of ['products', 'hubs']) mkdirSync(join(config, part), { recursive: true });
    writeFileSync(join(config, 'products/cards.yaml'), 'product: cards\nshare: { class: conditional }\n');
    writeFileSync(join(config, 'hubs', `${ABOVE}.yaml`), `hub: ${ABOVE}\ntitle: { zh: 虚构省, en: Fiction Province }\nrelation: upstream\nkeys: [${city.keys.hubSigner().publicKey}]\ngives: [{ feed: ${FEED}, product: cards }]\n`);
    const fetches = new FetchLedger(bench.store.database, bench.ledger);
    const later = new Date(Date.now() + 86_400_000);
    await fetches.schedule([{ feed: FEED, firstDue: later, nextDue: later }]);
    return new ExchangeGround(folder, bench, city, fetches, new AuditWriter(bench.store.database, bench.keys, systemClock));
  }

  async close(): Promise<void> {
    await this.audit.end();
    await this.city.close();
    await this.bench.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get config(): string {
    return join(this.folder, 'config');
  }

  /** The city gives cards, another number of them each time; 17 of them are faulty. @param rows as its manifest says */
  async give(rows?: number): Promise<void> {
    const [header, first, ...rest] = SAMPLE.split('\n');
    const more = Array.from({ length: this.files }, (_, n) => first!.replace('LC000001', `LC9${String(n).padStart(5, '0')}`));
    await this.city.publish(FEED, `cards-2025060${++this.files}.csv`, [header, first, ...more, ...rest].join('\n'), rows ?? 26 + this.files);
  }

  /** Fetches and takes what came through staging. @returns why nothing more came, and the runs there are */
  async take(): Promise<{ reason: { rule: string; text: { zh: string; en: string }; hint?: { zh: string; en: string } } | null; runs: Run[] }> {
    const { bench, fetches } = this;
    const neighbours = await readNeighbours(this.config);
    const line = new FetchLine({
      fetches, catalogue: bench.catalogue, amend: () => amendCatalogue(bench.store.database, bench.catalogue), deliveries: this.deliveries, clock: systemClock, worker: 'test', onError: () => undefined,
      credential: async () => this.city.pass, neighbour: async (name) => neighbourHub(neighbours, bench.keys, name),
    });
    await this.fetchDue();
    await line.fetch(FEED);
    for (const { id } of (await bench.ledger.list({})).filter(({ state }) => state === 'accepted').reverse()) await bench.finish(id);
    return { reason: (await fetches.find(FEED))!.reason, runs: (await bench.ledger.list({})).reverse() };
  }

  /** One round in this process. @returns the places it came by */
  async round(): Promise<string[]> {
    const points: string[] = [];
    await this.goRound(this.bench.store.database, this.audit, (point) => points.push(point));
    return points;
  }

  /** One round during which something happens between a report's reading for its digest and its sending. */
  async roundWhile(happens: () => Promise<unknown>): Promise<void> {
    const { audit } = this;
    const append: AuditWriter['append'] = async (entry) => {
      const appended = await audit.append(entry);
      if (entry.kind === 'return-sent') await happens();
      return appended;
    };
    await this.goRound(this.bench.store.database, Object.assign(Object.create(audit) as AuditWriter, { append }), () => undefined);
  }

  /**
   * One round in this process that is cut off from its store there and gets no further, as one whose process ended: it
   * costs a twentieth of one. @returns false when it ended without coming by
   */
  async breakRound(point: string): Promise<boolean> {
    const url = new URL(this.bench.store.url);
    const wire = await startWire(Number(url.port));
    url.port = String(wire.port);
    const database = new Database({ url: url.href, passwordOf: testPasswordOf, applicationName: 'broken-off' });
    const audit = new AuditWriter(database, this.bench.keys, systemClock);
    let closing: Promise<void> | undefined;
    const error = await this.goRound(database, audit, (passed) => {
      if (closing !== undefined || passed !== point) return;
      closing = wire.close();
      throw new Error('broken off');
    }).then(() => null, (thrown: unknown) => thrown);
    if (closing === undefined && error !== null) throw error;
    await audit.end().catch(() => undefined);
    await database.end();
    await (closing ?? wire.close());
    return closing !== undefined;
  }

  private async goRound(database: Database, audit: AuditWriter, visit: (point: string) => void): Promise<void> {
    await this.due();
    const { keys, catalogue } = this.bench;
    const parts = { database, keys, catalogue, audit, clock: systemClock, neighbours: await readNeighbours(this.config), credential: async () => this.city.pass };
    // The city, in this same process, comes by places of its own.
    recordKillPoints((point) => { if (point.startsWith('exchange.')) visit(point); });
    try {
      await new Exchange(new Offers(parts), new Outgoing(parts), new Upstream(parts)).round(new AbortController().signal);
    } finally {
      recordKillPoints(() => undefined);
    }
  }

  /** One round in a process that ends itself there as kill -9 would. */
  async killRound(point: string): Promise<boolean> {
    await this.due();
    return killedAt('exchanger.mjs', point, this.order);
  }

  async killFetch(point: string): Promise<boolean> {
    await this.fetchDue();
    return killedAt('fetcher.mjs', point, { ...this.order, feed: FEED, store: join(this.folder, 'deliveries') });
  }

  /** What people are told in both languages stands in `reason`; rows of either store by SQL. */
  async rows<T extends object>(where: 'city' | 'district', sql: string): Promise<T[]> {
    const { rows } = where === 'city' ? await this.city.admin.query(sql) : await this.bench.store.database.pool('exchange').query(sql);
    return rows as T[];
  }

  /** The authority the city's certificate is by is named, or is not. */
  trust(ca: boolean): void {
    this.city.enter(this.config, { ca });
  }

  private get order(): object {
    return { config: this.config, keys: join(this.bench.folder, 'keys'), url: this.bench.store.url, credentials: { [CITY]: this.city.pass } };
  }

  private get deliveries(): FetchedDeliveries {
    return new FetchedDeliveries(join(this.folder, 'deliveries'), this.bench.keys, this.fetches);
  }

  /** As if what a dead worker had claimed had come to be due again, and an hour had passed. Waits for what a dead one's backend holds. */
  private async due(): Promise<void> {
    const pool = this.bench.store.database.pool('exchange');
    await pool.query(`update exchange.outgoing set due_at = now() where state = 'waiting'`);
    await pool.query('update exchange.upstream set due_at = now()');
  }

  private async fetchDue(): Promise<void> {
    await this.bench.store.database.pool('runs').query(
      `update runs.fetch set due_at = clock_timestamp(), failures = 0, lease_until = case when lease_until is not null then clock_timestamp() - interval '1 ms' end where feed = $1`, [FEED]);
  }
}
