import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HubError } from '#kernel';
import type { Client } from 'pg';
import { type Child, type Exit, startChild } from '../process/child.js';
import { isAlive, processCommand, signal, waitGone } from '../process/identity.js';
import { nextFreePort } from '../process/port.js';
import { secretFile } from '../process/secret-file.js';
import { type Account, findAccount, reachableBinaries, reachableFolder } from './account.js';
import { findBinaries } from './binaries.js';
import { settingsFile, tuning, type TuningFacts } from './tuning.js';

export interface PostgresOptions extends TuningFacts {
  /** Holds `postgres/` (the data), `postgres.password` and `logs/`. */
  dataFolder: string;
  /** The first port to try. Default 54320. */
  port?: number;
}

/** A PostgreSQL of our own: a direct child of this process. */
export interface PostgresServer {
  /** The superuser's way in, to database `hushu`. */
  url: string;
  port: number;
  pid: number;
  exited: Promise<Exit>;
  /** Fast shutdown: transactions are rolled back, a checkpoint is written. */
  stop(): Promise<void>;
}

const SUPERUSER = 'hushu_superuser';
const STOP_MS = 30_000;
const START_MS = 60_000;

/**
 * Starts PostgreSQL on the data folder, making it first when it is new, after ending an orphan of a killed start.
 * Returns when it takes connections. Throws HUSHU-SERVICES-04 when it will not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const account = findAccount();
  const native = reachableBinaries(findBinaries(), account);
  const logs = join(options.dataFolder, 'logs');
  mkdirSync(logs, { recursive: true });
  const password = secretFile(join(options.dataFolder, 'postgres.password'));
  // PostgreSQL lives one level down: the account must own the folder it works in, and make and rename in it.
  const home = reachableFolder(join(options.dataFolder, 'postgres'), account);
  const data = join(home, 'data');
  if (existsSync(data)) await endOrphan(data);
  else await initialise({ native, home, data, account, password, durable: options.durable ?? true });
  writeOwned(join(data, 'hushu.conf'), settingsFile(tuning(options)), account);

  const { child, port } = await launch({ native, data, home, account, logFile: join(logs, 'postgres.log'), port: options.port ?? 54_320 });
  const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/hushu`;
  await ensureDatabase(url);
  return {
    url, port, pid: child.pid, exited: child.exited,
    async stop() {
      await child.stop('SIGINT', STOP_MS, 'SIGQUIT');
    },
  };
}

interface Place { native: string; home: string; data: string; account: Account | undefined }

/** Makes the data folder aside and puts it in place whole, so that a start killed here leaves nothing half made. */
async function initialise(place: Place & { password: string; durable: boolean }): Promise<void> {
  const half = join(place.home, 'data.half');
  const passwordFile = join(place.home, 'password');
  rmSync(half, { recursive: true, force: true });
  writeOwned(passwordFile, place.password, place.account);
  try {
    await promisify(execFile)(join(place.native, 'bin', 'initdb'), [
      '-D', half, '-U', SUPERUSER, '--pwfile', passwordFile, '-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8',
      '--auth-host=scram-sha-256', '--auth-local=scram-sha-256', ...(place.durable ? [] : ['--no-sync']),
    ], { ...place.account, cwd: place.home, env: environment() });
  } catch (cause) {
    throw new HubError({
      code: 'HUSHU-SERVICES-05',
      zh: `PostgreSQL 数据目录无法建立:${(cause as { stderr?: string }).stderr?.trim() ?? String(cause)}`,
      en: `PostgreSQL's data folder could not be made: ${(cause as { stderr?: string }).stderr?.trim() ?? String(cause)}`,
      cause,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  appendFileSync(join(half, 'postgresql.conf'), `\ninclude 'hushu.conf'\n`);
  renameSync(half, place.data);
}

/** What a killed supervisor left running on this folder is shut down; its file of the pid is PostgreSQL's own. */
async function endOrphan(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!isAlive(pid) || !processCommand(pid)?.includes('postgres')) return;
  signal(pid, 'SIGCONT');
  signal(pid, 'SIGINT');
  if (await waitGone(pid, STOP_MS)) return;
  signal(pid, 'SIGQUIT');
  await waitGone(pid, 5000);
}

/** Starts the server, on the next port when the wanted one was taken meanwhile. */
async function launch(place: Place & { logFile: string; port: number }): Promise<{ child: Child; port: number }> {
  const end = Date.now() + START_MS;
  for (let from = place.port; ;) {
    const port = await nextFreePort(from);
    const child = await startChild(
      join(place.native, 'bin', 'postgres'), ['-D', place.data, '-p', String(port), '-c', 'unix_socket_directories='],
      place.logFile, { ...place.account, cwd: place.home, env: environment() },
    );
    void driver();
    if (await becomesReady(child, place.data, end)) return { child, port };
    const said = child.tail();
    await child.stop('SIGQUIT', 5000);
    const taken = /could not bind|Address already in use/i.test(said);
    const lingering = /shared memory block|lock file .* already exists/i.test(said);
    if (Date.now() > end || !(taken || lingering)) throw wontStart(said, place.logFile);
    if (taken) from = port + 1;
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Loaded while the server starts: on a small machine the one takes as long as the other. */
function driver(): Promise<typeof import('pg')> {
  return import('pg');
}

/** The server says in its pid file when it has recovered and takes connections. */
async function becomesReady(child: Child, data: string, end: number): Promise<boolean> {
  const file = join(data, 'postmaster.pid');
  let gone = false;
  void child.exited.then(() => { gone = true; });
  while (!gone && Date.now() < end) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

async function ensureDatabase(url: string): Promise<void> {
  try {
    await withClient(url, async () => undefined);
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error;
    await withClient(url.replace(/\/hushu$/, '/postgres'), async (client) => { await client.query('create database hushu'); });
  }
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const { default: pg } = await driver();
  for (const end = Date.now() + START_MS; ;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      // Starting up, or shutting an old crash down: the server says so and means wait.
      if ((error as { code?: string }).code !== '57P03' || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function writeOwned(file: string, text: string, account: Account | undefined): void {
  writeFileSync(file, text, { mode: 0o600 });
  if (account) chownSync(file, account.uid, account.gid);
}

/** PostgreSQL gets no word of ours: PG* settings of the caller would change where it looks. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function wontStart(said: string, logFile: string): HubError {
  const last = said.trim().split('\n').slice(-4).join('\n');
  return new HubError({
    code: 'HUSHU-SERVICES-04',
    zh: `PostgreSQL 未能启动:\n${last}`,
    en: `PostgreSQL did not start:\n${last}`,
    hintZh: `查看 ${logFile}`,
    hintEn: `Read ${logFile}`,
  });
}
