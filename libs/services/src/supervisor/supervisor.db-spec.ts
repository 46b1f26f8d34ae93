import { type ChildProcess, fork } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataFolder, type HubFile } from './data-folder.js';

const SUPPORT = join(import.meta.dirname, '../../../../test/support/supervisor');

interface Told { hub?: HubFile; pids?: Record<string, number>; said?: string[] | string; failed?: { code: string; text: { en: string } }; prepared?: string }

describe('Supervisor', () => {
  let folder: string;
  let hosts: ChildProcess[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-supervisor-'));
    chmodSync(folder, 0o755);
    hosts = [];
  });
  afterEach(async () => {
    for (const host of hosts) if (host.exitCode === null && host.signalCode === null) await end(host, 'SIGTERM');
    await Promise.all(processesOf(folder).map(async (pid) => {
      process.kill(pid, 'SIGKILL');
      await gone(pid);
    }));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a supervisor process on the test's folder; resolves with what it reached. */
  async function start(more: { settings?: Record<string, string>; dataFolder?: string; redisUrl?: string; gatewayPort?: number } = {}): Promise<{ host: ChildProcess; told: Told }> {
    const options = {
      dataFolder: folder, cacheFolder: join(homedir(), '.cache', 'hushu'), gatewayPort: more.gatewayPort ?? 59_321,
      settings: { HUSHU_NOTES: join(folder, 'notes'), ...more.settings },
      processes: ['worker', 'gateway'].map((name) => ({ name, entry: join(SUPPORT, 'program.mjs'), warm: ['node:http'], graceMs: 3000 })),
      ...more,
    };
    const host = fork(join(SUPPORT, 'host.mjs'), [JSON.stringify(options)], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    hosts.push(host);
    const told = await message(host, (one) => one.hub !== undefined || one.failed !== undefined);
    return { host, told };
  }

  const notes = (): string[] => readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
  const query = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('starts everything, tells others how to reach it, and leaves nothing behind', async () => {
    const { host, told } = await start();
    const hub = new DataFolder(folder).findHub()!;
    expect(hub).toMatchObject({ pid: host.pid, gatewayUrl: 'http://localhost:59321', redisUrl: expect.stringContaining('redis://') });
    expect(new URL(hub.databaseUrl).username).toBe('');
    expect(await query(hub.adminUrl, `select current_setting('synchronous_commit') as commit, current_setting('data_checksums') as sums, datlocprovider as provider,
        datlocale as locale from pg_database where datname = current_database()`)).toEqual([{ commit: 'on', sums: 'on', provider: 'b', locale: 'C.UTF-8' }]);
    expect(notes()).toHaveLength(2);
    expect(notes()[0]).toBe(`start ${told.pids!['worker']} ${hub.databaseUrl} redis`.replace(String(told.pids!['worker']), notes()[0]!.split(' ')[1]!));
    expect(await end(host, 'SIGTERM')).toEqual({ code: 0, signal: null });
    // HTTP stops before the workers, both before their services.
    const stops = notes().filter((line) => line.startsWith('stop')).map((line) => Number(line.split(' ')[1]));
    expect(stops).toEqual([told.pids!['gateway'], told.pids!['worker']]);
    expect(processesOf(folder)).toEqual([]);
    expect(new DataFolder(folder).findHub()).toBeUndefined();
  });

  it('continues with the same data', async () => {
    const first = await start();
    await query(first.told.hub!.adminUrl, 'create table kept as select 42 as answer');
    await end(first.host, 'SIGTERM');
    const second = await start();
    expect(await query(second.told.hub!.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
  });

  it('says of a second start on the same data that the first runs', async () => {
    const first = await start();
    const second = await start();
    expect(second.told.failed).toMatchObject({ code: 'HUSHU-SERVICES-09', text: { en: expect.stringContaining(`process ${first.host.pid}`) } });
    expect(await query(first.told.hub!.adminUrl, 'select 1 as a')).toEqual([{ a: 1 }]);
  });

  it('moves on when its ports are taken', async () => {
    const servers = await Promise.all([54_320, 54_321, 56_379].map(occupy));
    try {
      const { told } = await start();
      expect(Number(new URL(told.hub!.databaseUrl).port)).toBeGreaterThan(54_321);
      expect(Number(new URL(told.hub!.redisUrl!).port)).toBeGreaterThan(56_379);
    } finally {
      for (const server of servers) server?.close();
    }
  });

  it('names the gateway\'s port when that is taken, and starts nothing', async () => {
    const server = await occupy(59_333);
    expect((await start({ gatewayPort: 59_333 })).told.failed).toMatchObject({ code: 'HUSHU-SERVICES-16', text: { en: 'Port 59333 is taken' } });
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
    server!.close();
  });

  it('starts again after the supervisor was killed, ends what it left, and loses nothing', async () => {
    const first = await start();
    await query(first.told.hub!.adminUrl, 'create table kept as select 42 as answer');
    await end(first.host, 'SIGKILL');
    // Worker and gateway notice by themselves; PostgreSQL and Redis wait for the next start.
    await gone(first.told.pids!['worker']!);
    await gone(first.told.pids!['gateway']!);
    const second = await start();
    expect(await query(second.told.hub!.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
    expect(processesOf(folder).sort()).toEqual(Object.values(second.told.pids!).sort());
  });

  it('ends a frozen worker of a killed supervisor', async () => {
    const first = await start();
    process.kill(first.told.pids!['worker']!, 'SIGSTOP');
    await end(first.host, 'SIGKILL');
    const second = await start();
    expect(second.told.said).toContain('Ended what a killed start had left running');
    expect(processesOf(folder)).not.toContain(first.told.pids!['worker']);
  });

  it('starts again after everything was killed at once', async () => {
    const first = await start();
    await query(first.told.hub!.adminUrl, 'create table kept as select 42 as answer');
    for (const pid of [first.host.pid!, ...Object.values(first.told.pids!)]) process.kill(pid, 'SIGKILL');
    await gone(first.host.pid!);
    const second = await start();
    expect(await query(second.told.hub!.adminUrl, 'select * from kept')).toEqual([{ answer: 42 }]);
  });

  it.each(['worker', 'gateway', 'redis', 'postgres'])('starts %s again when it is killed', async (name) => {
    const { host, told } = await start();
    process.kill(told.pids![name]!, 'SIGKILL');
    const again = await until(async () => {
      host.send({ ask: 'pids' });
      const { pids } = await message(host, (one) => one.pids !== undefined);
      return pids![name] !== told.pids![name] && pids![name];
    });
    expect(again).toBeGreaterThan(0);
    expect(await until(() => query(told.hub!.adminUrl, 'select 1 as a').catch(() => false as const))).toEqual([{ a: 1 }]);
  });

  it('says what a program said that does not start, and stops the rest', async () => {
    const { told } = await start({ settings: { HUSHU_FAIL: 'program.mjs' } });
    expect(told.failed).toMatchObject({ code: 'HUSHU-SERVICES-11', text: { en: expect.stringContaining('this program was told to fail') } });
    await until(async () => processesOf(folder).length === 0);
  });

  it('stops in the middle of a start', async () => {
    const starting = start();
    await until(async () => existsSync(join(folder, 'run', 'supervisor.pid')));
    hosts[0]!.kill('SIGTERM');
    await Promise.race([starting, new Promise((resolve) => hosts[0]!.once('exit', resolve))]);
    await until(async () => processesOf(folder).length === 0);
  });

  it('refuses a Redis that evicts and one that does not answer', async () => {
    const { host, told } = await start();
    const { Redis } = await import('ioredis');
    const redis = new Redis(told.hub!.redisUrl!);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const other = { dataFolder: join(folder, 'other'), redisUrl: told.hub!.redisUrl! };
    expect((await start(other)).told.failed).toMatchObject({ code: 'HUSHU-SERVICES-06', text: { en: expect.stringContaining('allkeys-lru') } });
    await redis.quit();
    await end(host, 'SIGTERM');
    expect((await start(other)).told.failed).toMatchObject({ code: 'HUSHU-SERVICES-07' });
  });
});

function message(host: ChildProcess, wanted: (told: Told) => boolean): Promise<Told> {
  return new Promise((resolve, reject) => {
    const take = (told: Told): void => {
      if (!wanted(told)) return;
      host.off('message', take).off('exit', ended);
      resolve(told);
    };
    const ended = (code: number | null, signal: string | null): void => reject(new Error(`the supervisor ended: ${code ?? signal}`));
    host.on('message', take).once('exit', ended);
  });
}

function end(host: ChildProcess, signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    host.once('exit', (code, by) => resolve({ code, signal: by }));
    host.kill(signal);
  });
}

async function gone(pid: number): Promise<void> {
  await until(async () => !existsSync(`/proc/${pid}`));
}

async function until<T>(look: () => Promise<T>): Promise<Exclude<T, false | 0 | undefined>> {
  for (const limit = Date.now() + 30_000; Date.now() < limit; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const seen = await look();
    if (seen) return seen as Exclude<T, false | 0 | undefined>;
  }
  throw new Error('it did not come to that within 30 s');
}

/** Every process whose command, notes or working folder is under the folder, but for PostgreSQL's own children. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (command === '' || command.startsWith('postgres: ')) return false;
      const place = `${command} ${readlinkSync(`/proc/${pid}/cwd`)} ${readFileSync(`/proc/${pid}/environ`, 'utf8')} ${readlinkSync(`/proc/${pid}/fd/2`)}`;
      return pid !== process.pid && !command.includes('host.mjs') && place.includes(folder);
    } catch {
      return false;
    }
  });
}

async function occupy(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
