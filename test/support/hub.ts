import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, passwordsFrom } from '#database';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { Ledger, type Run } from '#runs';
import { DataFolder, type HubFile } from '#services';
import { listRejects, type Reject } from '#staging';
import pg from 'pg';
import { handIn, waitForRun } from '../../apps/cli/src/deliver/hand-in.js';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/hushu.js');
const READY = 'Ctrl-C stops it';

export interface Said { code: number | null; out: string; told: string }

/** A hub of a test's own, as `npm start` starts it: its own PostgreSQL, Redis, worker and gateway in a folder of its own. */
export class TestHub {
  private constructor(
    readonly data: string, readonly config: string, private readonly up: ChildProcess, readonly at: HubFile,
    readonly keys: Keys, readonly database: Database, readonly admin: pg.Client, readonly catalogue: FeedCatalogue,
  ) {}

  /** An empty hub on the district's config, or on another; in a folder and at a port that were settled before, where others must know them. */
  static async start(config = join(ROOT, 'config'), settled: { data?: string; port?: number } = {}): Promise<TestHub> {
    const data = settled.data ?? mkdtempSync(join(tmpdir(), 'hushu-hub-'));
    const up = spawn(process.execPath, [BIN, 'up', '--empty', '--port', String(settled.port ?? await freePort())], {
      env: environment(data, config), stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      await ready(up);
      const at = new DataFolder(data).findHub()!;
      const keys = await loadKeys(join(data, 'keys'));
      const database = new Database({ url: at.databaseUrl, passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)), applicationName: 'test' });
      const admin = new pg.Client({ connectionString: at.adminUrl, types: { getTypeParser: () => (value: string) => value } as never });
      await admin.connect();
      await admin.query(`set timezone to 'Asia/Shanghai'`);
      return new TestHub(data, config, up, at, keys, database, admin, await FeedCatalogue.load(config));
    } catch (error) {
      up.kill('SIGTERM');
      throw error;
    }
  }

  get ledger(): Ledger {
    return new Ledger(this.database, systemClock);
  }

  /** Hands a delivery in and waits for its end. */
  async deliver(feed: string, file: string, options: { mode?: 'full' | 'delta'; asOf?: Date } = {}): Promise<Run> {
    const accepted = await handIn(this.ledger, { contract: this.catalogue.get(feed), file, ...options });
    return this.ended(accepted.id);
  }

  /** The run when it has come to an end, or waits for people. */
  ended(run: number): Promise<Run> {
    return waitForRun(this.ledger, run);
  }

  rejects(run: number, raw = false): Promise<Reject[]> {
    return listRejects(this.database, raw ? this.keys : null, { run, limit: 1_000_000 });
  }

  /** What the store holds, as text. */
  async rows<T extends Record<string, string | null>>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.admin.query(sql, values)).rows as T[];
  }

  /** The hub's own command line. */
  async cli(...args: string[]): Promise<Said> {
    const child = spawn(process.execPath, [BIN, ...args], { env: environment(this.data, this.config), stdio: ['ignore', 'pipe', 'pipe'] });
    const said: Said = { code: null, out: '', told: '' };
    child.stdout.on('data', (chunk: Buffer) => { said.out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { said.told += chunk.toString(); });
    [said.code] = await once(child, 'close') as [number | null];
    return said;
  }

  /** What a person would send over HTTP. */
  async api<T>(path: string, init: RequestInit & { token?: string; json?: unknown } = {}): Promise<{ status: number; body: T }> {
    const reply = await fetch(`${this.at.gatewayUrl}${path}`, {
      ...init,
      headers: {
        ...(init.token === undefined ? {} : { authorization: `Bearer ${init.token}` }),
        ...(init.json === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers,
      },
      ...(init.json === undefined ? {} : { body: JSON.stringify(init.json), method: init.method ?? 'POST' }),
    });
    return { status: reply.status, body: await reply.json() as T };
  }

  /** An access token of a new client of a department. */
  async token(department = 'civil-affairs', grant = 'demo-civil-affairs'): Promise<string> {
    const made = await this.cli('client', 'create', '--department', department, '--grant', grant, '--json');
    const { client_id: id, client_secret: secret } = JSON.parse(made.out) as { client_id: string; client_secret: string };
    const { body } = await this.api<{ access_token: string }>('/oauth/token', {
      method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return body.access_token;
  }

  /** Stops the hub; its data stay until `remove`. */
  async stop(): Promise<void> {
    await this.admin.end().catch(() => undefined);
    await this.database.end();
    if (this.up.exitCode !== null) return;
    const gone = once(this.up, 'exit');
    this.up.kill('SIGTERM');
    await gone;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** Without DATABASE_URL and REDIS_URL: the hub starts its own. */
function environment(data: string, config: string): NodeJS.ProcessEnv {
  const { DATABASE_URL: _store, REDIS_URL: _bell, ...rest } = process.env;
  return { ...rest, HUSHU_DATA: data, HUSHU_CONFIG: config, LANG: 'C', LC_ALL: 'C', NODE_OPTIONS: '' };
}

function ready(up: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: Buffer): void => {
      text = (text + chunk.toString()).slice(-20_000);
      if (text.includes(READY)) resolve();
    };
    up.stdout!.on('data', take);
    up.stderr!.on('data', take);
    up.once('exit', (code) => reject(new Error(`the hub ended with ${code}:\n${text}`)));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
