import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Database, type DatabaseOptions } from '#database';
import type { FeedCatalogue } from '#feeds';
import { reconcileInvariants } from '#reconcile';
import { registryInvariants } from '#registry';
import { Ledger, runInvariants, type Run } from '#runs';
import { listLeftRuns, stagingInvariants } from '#staging';
import pg from 'pg';
import { handIn } from '../../apps/cli/src/deliver/hand-in.js';
import type { Delivery } from './district.js';
import { FaultWorker } from './fault-worker.js';

interface HubParts { data: string; config: string; adminUrl: string; redisUrl: string; passwordOf: DatabaseOptions['passwordOf']; catalogue: FeedCatalogue }

/** How long anything may take that must come to pass. */
const PATIENCE = 60_000;

/** A store with a data folder and a bell of its own, and the workers a fault test lets loose on it. */
export class FaultHub {
  readonly database: Database;
  readonly admin: pg.Client;
  readonly workers: FaultWorker[] = [];
  private readonly ledger: Ledger;
  private accepted = 0;
  private handedAt = new Date(0);

  constructor(readonly parts: HubParts) {
    this.database = new Database({ url: parts.adminUrl, passwordOf: parts.passwordOf, applicationName: 'test' });
    this.admin = new pg.Client({ connectionString: parts.adminUrl });
    // Known time is what the deliveries say, so that hubs can be compared in it.
    this.ledger = new Ledger(this.database, { now: () => this.handedAt });
  }

  async connect(): Promise<void> {
    await this.admin.connect();
  }

  /** A worker as the product has it, under the settings of a hub on this data. */
  start(settings: Record<string, string> = {}): FaultWorker {
    const bare = new URL(this.parts.adminUrl);
    bare.username = bare.password = '';
    const worker = new FaultWorker({
      HUSHU_DATA: this.parts.data, HUSHU_CONFIG: this.parts.config, DATABASE_URL: bare.href, REDIS_URL: this.parts.redisUrl, ...settings,
    });
    this.workers.push(worker);
    return worker;
  }

  /** @returns the run's number: the first delivery's is 1 */
  async handIn({ feed, file, mode, asOf }: Delivery): Promise<number> {
    this.handedAt = new Date(Date.parse(asOf) + ++this.accepted * 60_000);
    return (await handIn(this.ledger, { contract: this.parts.catalogue.get(feed), file, mode, asOf: new Date(asOf) })).id;
  }

  /** Waits until nothing is left to do: every run has ended, every bell is rung, nothing of any run lies about. */
  async settled(): Promise<Run[]> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const { rows: [{ open, unsent }] } = await this.admin.query<{ open: string | null; unsent: string }>(`
        select (select string_agg(id || ' ' || state || ' ' || attempts, ', ') from runs.run where state in ('accepted', 'staged', 'linked')) as open,
               (select count(*) from runs.outbox where sent_at is null) as unsent`);
      const left = open === null && unsent === '0' ? await listLeftRuns(this.admin) : ['?'];
      if (left.length === 0) return this.ledger.list({ limit: 1000 });
      if (Date.now() > end) throw new Error(`not settled: runs ${open ?? '-'}; bells ${unsent}; leftovers ${left.join(', ')}\n${this.workers.at(-1)?.said.slice(-4000)}`);
      await new Promise((done) => setTimeout(done, 40));
    }
  }

  /** What is kept of deliveries, and of writing them. */
  keptFiles(): string[] {
    return readdirSync(join(this.parts.data, 'deliveries'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath.slice(entry.parentPath.lastIndexOf('/') + 1)}/${entry.name}`).sort();
  }

  /** Every invariant `hushu verify` knows of what a delivery fills: those that do not hold. */
  async brokenInvariants(): Promise<string[]> {
    const { contracts } = this.parts.catalogue;
    const broken: string[] = [];
    for (const { name, sql } of [...runInvariants(), ...stagingInvariants(contracts), ...reconcileInvariants(contracts), ...registryInvariants(contracts)]) {
      if ((await this.admin.query(sql)).rowCount !== 0) broken.push(name);
    }
    return broken;
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.end();
    await this.database.end();
    const ended = once(this.admin, 'end');
    await this.admin.end();
    await ended;
  }
}
