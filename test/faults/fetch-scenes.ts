import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { startBucket } from '../support/bucket.js';
import { JsonService } from '../support/json-service.js';
import { connectTo, startMariaDb } from '../support/mariadb.js';
import { startOpenSsh } from '../support/openssh.js';
import { CITY, UpstreamHub } from '../support/upstream-hub.js';

/** A supplier's side of one transport. Two feeds deliver from it, alike but for their names: one that is fetched undisturbed, one whose workers are killed. */
export interface Scene {
  format: 'csv' | 'ndjson';
  /** As it stands in the contract. */
  transport(feed: string): Record<string, unknown>;
  credentials: Record<string, string>;
  /** Enters what else of the district it needs. */
  enter?(config: string): void;
  /** What arrives at both before each fetch, and how many rows of it: a fetch may also find nothing. */
  rounds: { rows: number; arrive(): Promise<void>; /** Nobody is killed while it is fetched. */ calm?: boolean }[];
  /** What lies at the source of a feed. */
  lies(feed: string): Promise<string[]>;
  stop(): Promise<void>;
}

export const FEEDS = { calm: 'calm', killed: 'killed' } as const;
const CSV = '编号,备注,更新时间,操作\n1,甲,20250601000000,增\n2,乙,20250601000001,增\n';
/** Two pages of each: more than one read of a table asks for. */
const PAGES = { postgres: [5000, 1], mysql: [1000, 1], http: [5, 1] } as const;

/** Files with their manifests, laid into a place by `put`. */
function drop(transport: Scene['transport'], credentials: Scene['credentials'], source: { put(feed: string, name: string, text: string): Promise<void>; lies: Scene['lies']; stop(): Promise<void> }): Scene {
  const arrive = async (file: string): Promise<void> => {
    for (const feed of Object.values(FEEDS)) {
      await source.put(feed, file, CSV);
      await source.put(feed, `${file}.manifest.json`, JSON.stringify({ file, rows: 2, sm3: createHash('sm3').update(CSV).digest('hex') }));
    }
  };
  const rounds = ['rows-20250601.csv', 'rows-20250602.csv'].map((file) => ({ rows: 2, arrive: () => arrive(file) }));
  return { format: 'csv', transport, credentials, rounds, lies: source.lies, stop: source.stop };
}

export async function folderScene(): Promise<Scene> {
  const home = mkdtempSync(join(tmpdir(), 'hushu-scene-'));
  for (const feed of Object.values(FEEDS)) mkdirSync(join(home, feed));
  return drop((feed) => ({ kind: 'folder', folder: join(home, feed), done: 'move' }), {}, {
    put: async (feed, name, text) => writeFileSync(join(home, feed, name), text),
    lies: async (feed) => filesIn(join(home, feed)),
    stop: async () => rmSync(home, { recursive: true, force: true }),
  });
}

export async function sftpScene(): Promise<Scene | undefined> {
  const server = await startOpenSsh();
  if (server === undefined) return undefined;
  const { port, user, hostKey, key, folder } = server;
  for (const feed of Object.values(FEEDS)) {
    mkdirSync(join(folder, feed));
    server.hand(join(folder, feed));
  }
  return drop((feed) => ({ kind: 'sftp', host: '127.0.0.1', port, user, hostKey, folder: join(folder, feed), credential: 'drop', done: 'move' }), { drop: key }, {
    put: async (feed, name, text) => {
      writeFileSync(join(folder, feed, name), text);
      chmodSync(join(folder, feed, name), 0o644);
      server.hand(join(folder, feed, name));
    },
    lies: async (feed) => filesIn(join(folder, feed)),
    stop: () => server.stop(),
  });
}

export async function s3Scene(): Promise<Scene> {
  const bucket = await startBucket();
  const Bucket = bucket.name;
  return drop((feed) => ({ kind: 's3', endpoint: `http://127.0.0.1:${bucket.port}`, bucket: Bucket, prefix: feed, credential: 'drop', done: 'move' }), { drop: bucket.key }, {
    put: async (feed, name, Body) => void await bucket.client.send(new PutObjectCommand({ Bucket, Key: `${feed}/${name}`, Body })),
    lies: async (feed) => ((await bucket.client.send(new ListObjectsV2Command({ Bucket, Prefix: `${feed}/` }))).Contents ?? []).map(({ Key }) => Key!.slice(feed.length + 1)).sort(),
    stop: () => bucket.stop(),
  });
}

export async function httpScene(): Promise<Scene> {
  const rows = (from: number, count: number): object[] =>
    Array.from({ length: count }, (_, i) => ({ 编号: String(from + i), 备注: '甲', 更新时间: String(20250601000000 + from + i), 操作: '增' }));
  const service = await JsonService.start({ rows: [], stamp: '更新时间', client: { id: 'hub', secret: 'secret' } });
  const transport = { kind: 'http', url: service.url(), insecure: true, auth: 'oauth2', credential: 'client', oauth2: { tokenUrl: new URL('/token', service.url()).href }, sinceParameter: 'since', pageSize: PAGES.http[0] };
  return {
    format: 'ndjson', transport: () => transport, credentials: { client: 'hub:secret' }, lies: async () => [], stop: () => service.stop(),
    rounds: rounds(PAGES.http, async (from, count) => { service.parts.rows = [...service.parts.rows ?? [], ...rows(from, count)]; }),
  };
}

/** The hub above, which gives two deliveries; nobody hands it anything in here but refusals, of which there are none. */
export async function hubScene(): Promise<Scene> {
  const hub = await UpstreamHub.start({ gives: Object.values(FEEDS), takerKey: 'none' });
  return {
    format: 'csv', transport: () => ({ kind: 'hub', hub: CITY }), credentials: { [CITY]: hub.pass }, enter: (config) => hub.enter(config), lies: async () => [], stop: () => hub.close(),
    rounds: ['rows-20250601.csv', 'rows-20250602.csv'].map((file) => ({
      rows: 2, arrive: async () => { for (const feed of Object.values(FEEDS)) await hub.publish(feed, file, CSV, 2); },
    })),
  };
}

/** @param url of an empty database that is the supplier's */
export async function postgresScene(url: string): Promise<Scene> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { hostname, port, pathname, username, password } = new URL(url);
  await client.query('create table "前置" ("编号" text primary key, "备注" text, "更新时间" timestamp, "操作" text)');
  const transport = { kind: 'postgres', host: hostname, port: Number(port), database: pathname.slice(1), table: '前置', user: decodeURIComponent(username), credential: 'front' };
  return {
    format: 'ndjson', transport: () => transport, credentials: { front: decodeURIComponent(password) || 'none' }, lies: async () => [], stop: () => client.end(),
    rounds: rounds(PAGES.postgres, async (from, count) => void await client.query(
      `insert into "前置" select n::text, '甲', timestamp '2025-06-01' + n * interval '1 second', '增' from generate_series($1::int, $1 + $2::int - 1) n`, [from, count])),
  };
}

export async function mysqlScene(): Promise<Scene | undefined> {
  const server = await startMariaDb();
  if (server === undefined) return undefined;
  const owner = await connectTo(server);
  await owner.query('create database front character set utf8mb4');
  await owner.query('use front');
  await owner.query('create table 前置 (编号 varchar(20) primary key, 备注 text, 更新时间 datetime, 操作 varchar(2))');
  const { host, port, owner: { user, password } } = server;
  return {
    format: 'ndjson', transport: () => ({ kind: 'mysql', host, port, database: 'front', table: '前置', user, credential: 'front' }), credentials: { front: password }, lies: async () => [],
    stop: async () => {
      await owner.end();
      await server.stop();
    },
    rounds: rounds(PAGES.mysql, async (from, count) => void await owner.query(
      `insert into 前置 select seq, '甲', timestamp '2025-06-01 00:00:00' + interval seq second, '增' from seq_${from}_to_${from + count - 1}`)),
  };
}

/** What was there from the beginning; more than a page since; nothing since. */
function rounds([page, more]: readonly [number, number], add: (from: number, count: number) => Promise<void>): Scene['rounds'] {
  return [
    { rows: 3, arrive: () => add(1, 3), calm: true },
    { rows: page + more, arrive: () => add(4, page + more) },
    { rows: 0, arrive: async () => undefined },
  ];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}
