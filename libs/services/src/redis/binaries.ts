import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A Redis server's program and where its libraries are. */
export interface RedisBinary {
  command: string;
  libraryPath: string | undefined;
  /** Where it came from, for `doctor`. */
  origin: 'path' | 'package';
}

/** Debian's and Ubuntu's packages with redis-server and what it needs that a bare machine may lack. */
const PACKAGES = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/**
 * A Redis for a machine that has none set up: the one on PATH, else the distribution's package unpacked into
 * the cache folder (no root needed, nothing installed), else nothing.
 */
export async function findRedis(cacheFolder: string): Promise<RedisBinary | undefined> {
  for (const command of ['redis-server', 'valkey-server']) {
    if (await answers({ command, libraryPath: undefined, origin: 'path' })) return { command, libraryPath: undefined, origin: 'path' };
  }
  if (process.platform !== 'linux') return undefined;
  const folder = join(cacheFolder, `redis-${process.arch}`);
  const kept = unpacked(folder);
  if (kept && await answers(kept)) return kept;
  try {
    await unpack(cacheFolder, folder);
  } catch {
    return undefined;
  }
  const fresh = unpacked(folder);
  return fresh && await answers(fresh) ? fresh : undefined;
}

export function environmentOf(binary: RedisBinary): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin', LC_ALL: 'C',
    ...(binary.libraryPath ? { LD_LIBRARY_PATH: binary.libraryPath } : {}),
  };
}

async function answers(binary: RedisBinary): Promise<boolean> {
  try {
    await run(binary.command, ['--version'], { env: environmentOf(binary), timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

function unpacked(folder: string): RedisBinary | undefined {
  const command = join(folder, 'usr', 'bin', 'redis-server');
  const libraries = join(folder, 'usr', 'lib');
  if (!existsSync(command) || !existsSync(libraries)) return undefined;
  const triplets = readdirSync(libraries).map((name) => join(libraries, name));
  return { command, libraryPath: triplets.join(':'), origin: 'package' };
}

async function unpack(cacheFolder: string, folder: string): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of readdirSync(cacheFolder)) if (isAbandoned(join(cacheFolder, name))) rmSync(join(cacheFolder, name), { recursive: true, force: true });
  const half = mkdtempSync(join(cacheFolder, 'redis-half-'));
  try {
    await download(half);
    const packages = readdirSync(half).filter((name) => name.endsWith('.deb'));
    for (const name of packages) {
      await run('dpkg-deb', ['-x', join(half, name), half], { timeout: 30_000 });
      rmSync(join(half, name));
    }
    // The server is the checker under another name; the package that holds the link brings nothing else.
    const link = join(half, 'usr', 'bin', 'redis-server');
    if (!existsSync(link)) symlinkSync('redis-check-rdb', link);
    rmSync(folder, { recursive: true, force: true });
    renameSync(half, folder);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

/** Half unpacked, by a start that was killed. */
function isAbandoned(path: string): boolean {
  return basename(path).startsWith('redis-half-') && Date.now() - statSync(path).mtimeMs > 600_000;
}

/** With the machine's package lists, or, where they are missing, with lists of our own. */
async function download(folder: string): Promise<void> {
  const options = { cwd: folder, timeout: 60_000, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
  try {
    await run('apt-get', ['download', ...PACKAGES], options);
  } catch {
    const state = ['-o', `Dir::State=${folder}/apt`, '-o', `Dir::Cache=${folder}/apt/cache`, '-o', 'Dir::State::status=/var/lib/dpkg/status'];
    mkdirSync(join(folder, 'apt', 'lists', 'partial'), { recursive: true });
    mkdirSync(join(folder, 'apt', 'cache', 'archives', 'partial'), { recursive: true });
    await run('apt-get', [...state, 'update'], options);
    await run('apt-get', [...state, 'download', ...PACKAGES], options);
    rmSync(join(folder, 'apt'), { recursive: true, force: true });
  }
}
