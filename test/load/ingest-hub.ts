import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, passwordsFrom } from '#database';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { Ledger, Replays, type Run, type StepCount } from '#runs';
import { inheritedEnvironment, readSettings, startPostgres, startRedis, type PostgresServer, type RedisServer, type Settings } from '#services';
import { Redis } from 'ioredis';
import pg from 'pg';
import { handIn } from '../../apps/cli/src/deliver/hand-in.js';
import { prepareStore } from '../../apps/cli/src/migrate/prepare.js';
import { ROOT } from './report.js';

/** The store with the register, and the copy of it on which a round works. */
export const [REGISTER, LINE] = ['register', 'line'];
const ENDED = new Set<Run['state']>(['published', 'held', 'refused', 'failed', 'discarded']);

/** PostgreSQL and Redis as the supervisor starts them, and stores side by side in that one server. */
export class IngestServer {
  private running: IngestHub | undefined;

  private constructor(readonly folder: string, readonly postgres: PostgresServer, readonly redis: RedisServer | undefined, private readonly cache: string) {}

  static async start(cache: string): Promise<IngestServer> {
    const folder = mkdtempSync(join(tmpdir(), 'hushu-bench-'));
    chmodSync(folder, 0o755);
    const postgres = await startPostgres({ dataFolder: folder, port: 55_700 });
    return new IngestServer(folder, postgres, await startRedis({ dataFolder: folder, cacheFolder: cache, port: 57_700 }), cache);
  }

  /** A store of its own, empty or a copy of another that nobody uses. */
  async create(name: string, template?: string): Promise<void> {
    await this.admin(async (client) => {
      await client.query(`drop database if exists ${name}`);
      await client.query(`create database ${name} ${template ? `template ${template} strategy file_copy` : ''}`);
    });
  }

  async drop(name: string): Promise<void> {
    await this.admin(async (client) => { await client.query(`drop database if exists ${name} with (force)`); });
  }

  urlOf(name: string): string {
    const url = new URL(this.postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** What was written before is on disk before the next measurement begins; the store, where one is named, is as autovacuum leaves it in time. */
  async settle(name?: string): Promise<void> {
    if (name) await this.admin(async (client) => { await client.query('vacuum'); }, name);
    await this.admin(async (client) => { await client.query('checkpoint'); });
  }

  async admin<T>(work: (client: pg.Client) => Promise<T>, name = 'postgres'): Promise<T> {
    const client = new pg.Client({ connectionString: this.urlOf(name) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** The product on a store: its tables for a district's contracts, and its own worker process. */
  async hub(name: string, config: string, keepDeliveries: boolean): Promise<IngestHub> {
    if (this.redis) {
      // The ids of jobs follow from the store, which is another one now.
      const redis = new Redis(this.redis.url);
      await redis.flushall();
      await redis.quit();
    }
    const settings = await readSettings({ HUSHU_DATA: this.folder, HUSHU_CONFIG: config, HUSHU_CACHE: this.cache });
    await prepareStore(settings, this.urlOf(name));
    this.running = await IngestHub.start(settings, this.urlOf(name), this.redis?.url ?? '', keepDeliveries);
    return this.running;
  }

  /** Works on a fresh copy of the register's store, with a worker of its own. */
  async onCopy<T>(config: string, keepDeliveries: boolean, work: (hub: IngestHub) => Promise<T>): Promise<T> {
    await this.create(LINE, REGISTER);
    const hub = await this.hub(LINE, config, keepDeliveries);
    try {
      await this.settle();
      return await work(hub);
    } finally {
      await hub.stop();
      await this.drop(LINE);
    }
  }

  /** Stops what runs, also after something went wrong. */
  async stop(): Promise<void> {
    await this.running?.stop();
    await this.redis?.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A delivery from the moment it is handed in to the moment it is published. */
export interface Delivered { ms: number; run: Run; steps: StepCount[] }

/** The worker as `hushu up` runs it, on one store. */
export class IngestHub {
  private constructor(
    private readonly worker: ChildProcess, private readonly catalogue: FeedCatalogue, readonly database: Database, readonly ledger: Ledger, readonly keys: Keys,
  ) {}

  static async start(settings: Settings, databaseUrl: string, redisUrl: string, keepDeliveries: boolean): Promise<IngestHub> {
    const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
    const database = new Database({ url: databaseUrl, passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)) });
    const worker = fork(join(ROOT, 'dist/programs/worker.js'), [], {
      env: {
        ...inheritedEnvironment(), NODE_ENV: 'production', HUSHU_DATA: settings.HUSHU_DATA, HUSHU_CONFIG: settings.HUSHU_CONFIG,
        DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, HUSHU_KEEP_DELIVERIES: keepDeliveries ? 'on' : 'off',
      },
      execArgv: [], stdio: ['ignore', 2, 2, 'ipc'],
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => { resolve(); });
      worker.once('exit', (code) => { reject(new Error(`the worker ended with ${code}`)); });
    });
    return new IngestHub(worker, await FeedCatalogue.load(settings.HUSHU_CONFIG), database, new Ledger(database, systemClock), keys);
  }

  /** Hands a delivery in and waits until it is published. */
  async deliver(feed: string, file: string, asOf: string, mode?: 'full' | 'delta'): Promise<Delivered> {
    const begun = performance.now();
    const { id } = await handIn(this.ledger, { contract: this.catalogue.get(feed), file, asOf: new Date(asOf), ...(mode ? { mode } : {}) });
    for (;;) {
      const run = (await this.ledger.find(id))!;
      if (ENDED.has(run.state)) {
        const ms = performance.now() - begun;
        if (run.state !== 'published') throw new Error(`${feed} ${file}: ${run.state} ${run.reason?.rule ?? ''} ${run.reason?.text.en ?? ''}`);
        const { rows } = await this.database.pool('runs').query<StepCount>('select step, relation, rows::float8 as rows, ms from runs.step where run = $1', [id]);
        return { ms, run, steps: rows };
      }
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  /** Orders a past run to be read again and waits for the verdict, which must be that it is the same. @returns milliseconds */
  async replay(run: number): Promise<number> {
    const begun = performance.now();
    const replays = new Replays(this.database, systemClock);
    const { id } = (await replays.order(run, 'bench'))!;
    for (;;) {
      const { state, verdict, reason, finding } = (await replays.find(id))!;
      if (state === 'done' || state === 'failed') {
        if (verdict !== 'same') throw new Error(`the replay of ${run}: ${verdict ?? state} ${reason?.text.en ?? ''} ${JSON.stringify(finding)}`);
        return performance.now() - begun;
      }
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  /** Peak resident memory of the worker so far, in MiB. */
  peak(): number {
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.worker.pid!}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  }

  async stop(): Promise<void> {
    await this.database.end().catch(() => undefined);
    if (this.worker.exitCode === null && this.worker.kill('SIGTERM')) await once(this.worker, 'exit');
  }
}
