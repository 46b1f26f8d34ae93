import { cpSync, mkdirSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { passwordsFrom } from '#database';
import { FeedCatalogue } from '#feeds';
import { loadKeys, type Keys } from '#keys';
import { startPostgres, startRedis, type PostgresServer, type RedisServer, type Settings } from '#services';
import { Redis } from 'ioredis';
import { prepareStore } from '../../apps/cli/src/migrate/prepare.js';
import { cloneDatabase } from '../support/database.js';
import { FaultHub } from './fault-hub.js';

const CONFIG = join(import.meta.dirname, '../../config');
/** Other ports than the servers all tests share: a fault test may do to its own whatever it likes. */
const POSTGRES_PORT = 55_700 + 20 * Number(process.env.JEST_WORKER_ID);
const REDIS_PORT = 57_700 + 20 * Number(process.env.JEST_WORKER_ID);

/** A PostgreSQL and a Redis of a fault test's own, and a store ready for the district, of which each hub takes a copy. */
export class FaultGround {
  private hubs = 0;
  private readonly open: FaultHub[] = [];

  private constructor(
    readonly folder: string, readonly postgres: PostgresServer, private redis: RedisServer, readonly keys: Keys, readonly catalogue: FeedCatalogue,
    readonly config: string,
  ) {}

  /** For the district's config, or another. */
  static async open(config = CONFIG): Promise<FaultGround> {
    const folder = mkdtempSync(join(tmpdir(), `hushu-test-${process.pid}-faults-`));
    chmodSync(folder, 0o755);
    const postgres = await startPostgres({ dataFolder: folder, port: POSTGRES_PORT, durable: false, memory: 2 ** 31 });
    const redis = await startOwnRedis(folder);
    const settings = { HUSHU_DATA: folder, HUSHU_CONFIG: config } as Settings;
    await prepareStore(settings, postgres.url);
    return new FaultGround(folder, postgres, redis, await loadKeys(join(folder, 'keys')), await FeedCatalogue.load(config), config);
  }

  get redisUrl(): string {
    return this.redis.url;
  }

  /** A hub with an empty store of its own, under the keys all of them have. */
  async hub(): Promise<FaultHub> {
    const number = ++this.hubs;
    const data = join(this.folder, `hub-${number}`);
    mkdirSync(data);
    cpSync(join(this.folder, 'keys'), join(data, 'keys'), { recursive: true });
    const name = `hub_${number}`;
    const admin = new URL(this.postgres.url);
    admin.pathname = '/postgres';
    await cloneDatabase(admin.href, 'hushu', name);
    admin.pathname = `/${name}`;
    const passwordOf = passwordsFrom((secret, bytes) => this.keys.secret(secret, bytes));
    const hub = new FaultHub({ data, config: this.config, adminUrl: admin.href, redisUrl: `${this.redis.url}/${number}`, passwordOf, catalogue: this.catalogue });
    this.open.push(hub);
    await hub.connect();
    return hub;
  }

  /** Redis forgets everything of one hub. */
  async emptyBell(hub: FaultHub): Promise<void> {
    const redis = new Redis(hub.parts.redisUrl);
    await redis.flushdb();
    redis.disconnect();
  }

  /** Ends Redis as kill -9 does and starts it again on what it had written. */
  async restartRedis(): Promise<void> {
    process.kill(this.redis.pid, 'SIGKILL');
    await this.redis.exited;
    this.redis = await startOwnRedis(this.folder, this.redis.port);
  }

  async close(): Promise<void> {
    for (const hub of this.open) await hub.close();
    await this.redis.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function startOwnRedis(folder: string, port = REDIS_PORT): Promise<RedisServer> {
  const redis = await startRedis({ dataFolder: folder, cacheFolder: process.env.HUSHU_CACHE ?? join(homedir(), '.cache', 'hushu'), port });
  if (redis === undefined) throw new Error('this machine has no Redis and none could be fetched');
  return redis;
}
