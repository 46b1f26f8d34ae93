import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { type Child, type Exit, startChild } from '../process/child.js';
import { reap, removePidfile, writePidfile } from '../process/pidfile.js';
import { nextFreePort } from '../process/port.js';
import { secretFile } from '../process/secret-file.js';
import { environmentOf, findRedis, type RedisBinary } from './binaries.js';

export interface RedisOptions {
  /** Holds `redis/` (the append-only file) and `logs/`. */
  dataFolder: string;
  /** Where an unpacked server is kept for the next start and for other checkouts. */
  cacheFolder: string;
  /** The first port to try. Default 56379. */
  port?: number;
}

/** A Redis of our own: a direct child of this process. */
export interface RedisServer {
  url: string;
  port: number;
  pid: number;
  exited: Promise<Exit>;
  stop(): Promise<void>;
}

const START_MS = 30_000;

/** Starts Redis on the data folder, or says with `undefined` that this machine has none and none could be fetched. */
export async function startRedis(options: RedisOptions): Promise<RedisServer | undefined> {
  const binary = await findRedis(options.cacheFolder);
  if (!binary) return undefined;
  const folder = join(options.dataFolder, 'redis');
  const logs = join(options.dataFolder, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(logs, { recursive: true });
  const pidfile = join(folder, 'hushu.pid');
  await reap(pidfile, 'SIGTERM', 10_000);
  const password = secretFile(join(options.dataFolder, 'redis.password'));
  const { child, port } = await launch(binary, { folder, pidfile, password, logFile: join(logs, 'redis.log') }, options.port ?? 56_379);
  return {
    url: `redis://:${password}@127.0.0.1:${port}`, port, pid: child.pid, exited: child.exited,
    async stop() {
      await child.stop('SIGTERM', 15_000);
      removePidfile(pidfile);
    },
  };
}

interface Place { folder: string; pidfile: string; logFile: string; password: string }

async function launch(
  binary: RedisBinary, { folder, pidfile, logFile, password }: Place, from: number,
): Promise<{ child: Child; port: number }> {
  for (const end = Date.now() + START_MS; ;) {
    const port = await nextFreePort(from);
    const file = join(folder, 'redis.conf');
    rmSync(file, { force: true });
    writeFileSync(file, configuration(port, folder, password), { mode: 0o600 });
    const child = await startChild(binary.command, [file], logFile, { cwd: folder, env: environmentOf(binary) });
    // At once: two servers on one append-only file would ruin it, and Redis itself does not look.
    writePidfile(pidfile, child.pid);
    if (await becomesReady(child, port, password, end)) return { child, port };
    const said = child.tail();
    await child.stop('SIGTERM', 2000);
    if (!/Address already in use|bind/i.test(said) || Date.now() > end) throw wontStart(said, logFile);
    from = port + 1;
  }
}

/** The queue must survive a restart and must never be trimmed: what is refused is seen, what is evicted is not. */
function configuration(port: number, folder: string, password: string): string {
  return [
    'bind 127.0.0.1', `port ${port}`, `dir ${JSON.stringify(folder)}`, `requirepass ${password}`,
    'appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction', 'save ""', 'daemonize no', 'loglevel notice', '',
  ].join('\n');
}

/** Asks PING until the answer is PONG: while it loads its file Redis answers LOADING. */
async function becomesReady(child: Child, port: number, password: string, end: number): Promise<boolean> {
  let gone = false;
  void child.exited.then(() => { gone = true; });
  while (!gone && Date.now() < end) {
    if ((await ask(port, `AUTH ${password}\r\nPING\r\n`)).includes('+PONG')) return true;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return false;
}

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.split('\r\n').length > 2) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

function wontStart(said: string, logFile: string): HubError {
  return new HubError({
    code: 'HUSHU-SERVICES-08',
    zh: `Redis 未能启动:\n${said.trim().split('\n').slice(-4).join('\n')}`,
    en: `Redis did not start:\n${said.trim().split('\n').slice(-4).join('\n')}`,
    hintZh: `查看 ${logFile}`,
    hintEn: `Read ${logFile}`,
  });
}
