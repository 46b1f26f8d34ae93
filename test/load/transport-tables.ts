import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FeedCatalogue, transportOf } from '#feeds';
import { systemClock } from '#kernel';
import { startPostgres } from '#services';
import pg from 'pg';
import { connectTo, startMariaDb } from '../support/mariadb.js';
import { machine, option, ROOT, writeSection } from './report.js';

const [FEW, MANY] = [40_000, 400_000];
/** What a table ten times as long may hold more of memory. */
const MORE_MIB = 8;
const MEASURE_EACH = 1 << 22;
const PORT = 55_760;

interface Source { kind: 'postgres' | 'mysql'; transport: Record<string, unknown>; password: string; fill(rows: number): Promise<void>; stop(): Promise<void> }
interface Measured { kind: string; rows: number; ms: number; mib: number; heldMiB: number }

/** Tables of PostgreSQL and of MariaDB read whole, and one ten times as long: what is held meanwhile must not grow with the table. */
export async function runTables(args: readonly string[]): Promise<number> {
  const many = Number(option(args, 'rows') ?? MANY);
  const folder = mkdtempSync(join(tmpdir(), 'hushu-tables-'));
  const measured: Measured[] = [];
  try {
    for (const open of [openPostgres, openMariaDb]) {
      const source = await open(folder);
      if (source === undefined) continue;
      try {
        const catalogue = await catalogueOf(folder, source);
        for (const rows of [FEW, many]) {
          await source.fill(rows);
          const one = await read(catalogue, source, rows);
          process.stderr.write(`${one.kind} ${rows} rows: ${Math.round(one.ms)} ms, ${one.mib.toFixed(0)} MiB, at most ${one.heldMiB.toFixed(1)} MiB held more than before\n`);
          measured.push(one);
        }
      } finally {
        await source.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const grown = measured.filter(({ rows }) => rows === many).map(({ kind, heldMiB }) => ({ kind, growthMiB: Number((heldMiB - measured.find((one) => one.kind === kind)!.heldMiB).toFixed(1)) }));
  const table = tableOf(measured);
  if (many >= MANY) writeSection('transport-tables', 'Tables of PostgreSQL and MariaDB: memory while they are read', table);
  process.stdout.write(args.includes('--json') ? `${JSON.stringify({ measured, grown })}\n` : `${table}\n`);
  return grown.every(({ growthMiB }) => growthMiB <= MORE_MIB) ? 0 : 1;
}

async function read(catalogue: FeedCatalogue, { kind, password }: Source, rows: number): Promise<Measured> {
  const contract = catalogue.get(kind);
  const transport = await transportOf(contract).open({ contract, options: contract.transport, clock: systemClock, credential: async () => password });
  const { signal } = new AbortController();
  const before = held();
  const begun = performance.now();
  let [bytes, lines, most] = [0, 0, 0];
  try {
    for await (const arrival of transport.arrivals(null, signal)) {
      for await (const chunk of arrival.chunks(signal)) {
        if (Math.floor(bytes / MEASURE_EACH) !== Math.floor((bytes + chunk.length) / MEASURE_EACH)) most = Math.max(most, held() - before);
        bytes += chunk.length;
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
      }
    }
  } finally {
    await transport.close();
  }
  if (lines !== rows) throw new Error(`${kind}: ${lines} rows of ${rows} were read`);
  return { kind, rows, ms: performance.now() - begun, mib: bytes / 2 ** 20, heldMiB: most / 2 ** 20 };
}

async function openPostgres(folder: string): Promise<Source> {
  const server = await startPostgres({ dataFolder: join(folder, 'pg'), port: PORT, durable: false });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { hostname, port, pathname, username, password } = new URL(server.url);
  return {
    kind: 'postgres', password: decodeURIComponent(password) || 'none',
    transport: { kind: 'postgres', host: hostname, port: Number(port), database: pathname.slice(1), table: 'front', user: decodeURIComponent(username), credential: 'front' },
    async fill(rows) {
      await client.query('drop table if exists front; create table front (no text primary key, note text, changed_at timestamp, operation text)');
      await client.query(`insert into front select n::text, repeat('甲', 80), timestamp '2020-01-01' + n * interval '1 second', 'A' from generate_series(1, $1::int) n`, [rows]);
    },
    async stop() {
      await client.end();
      await server.stop();
    },
  };
}

async function openMariaDb(): Promise<Source | undefined> {
  const server = await startMariaDb();
  if (server === undefined) {
    process.stderr.write('this machine has no MariaDB and none could be fetched: left out\n');
    return undefined;
  }
  const owner = await connectTo(server);
  await owner.query('create database front character set utf8mb4');
  await owner.query('use front');
  return {
    kind: 'mysql', password: server.owner.password,
    transport: { kind: 'mysql', host: server.host, port: server.port, database: 'front', table: 'front', user: server.owner.user, credential: 'front' },
    async fill(rows) {
      await owner.query('drop table if exists front');
      await owner.query('create table front (no varchar(20) primary key, note text, changed_at datetime, operation varchar(2))');
      await owner.query(`insert into front select seq, repeat('甲', 80), timestamp '2020-01-01 00:00:00' + interval seq second, 'A' from seq_1_to_${rows}`);
    },
    async stop() {
      await owner.end();
      await server.stop();
    },
  };
}

async function catalogueOf(folder: string, { kind, transport }: Source): Promise<FeedCatalogue> {
  const config = join(folder, kind);
  cpSync(join(ROOT, 'config/codes'), join(config, 'codes'), { recursive: true });
  mkdirSync(join(config, 'feeds', kind), { recursive: true });
  writeFileSync(join(config, 'feeds', kind, 'feed.yaml'), `
feed: ${kind}
title: { zh: 前置库, en: Front-end table }
supplier: { id: fiction, zh: 虚构部门, en: Fiction }
origin: local
coverage: partial
transport: ${JSON.stringify(transport)}
format: { kind: ndjson }
mode: full
asOf: { fileName: '(\\d{14})' }
schedule: { every: day }
freshness: { overdueAfterDays: 3 }
limits: { shrink: 5%, rejects: 10% }
key: [no]
fields:
  no: { as: no, title: Number, type: text, required: true }
  note: { as: note, title: Note, type: text }
  changed_at: { as: changed_at, title: Changed, type: stamp }
  operation: { as: operation, title: Operation, type: text }
`);
  return FeedCatalogue.load(config);
}

/** Bytes the process holds that are not rubbish. */
function held(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function tableOf(measured: readonly Measured[]): string {
  return [
    `${machine()}; every value read as text, written as NDJSON; held: heap and buffers after a collection each 4 MiB, above what was held before; one reading each.`, '',
    '| table | rows | NDJSON | seconds | rows/s | held at most |', '|---|---|---|---|---|---|',
    ...measured.map(({ kind, rows, ms, mib, heldMiB }) => `| ${kind} | ${rows.toLocaleString('en')} | ${mib.toFixed(0)} MiB | ${(ms / 1000).toFixed(1)} | ${Math.round(rows / ms * 1000).toLocaleString('en')} | ${heldMiB.toFixed(1)} MiB |`),
  ].join('\n');
}
