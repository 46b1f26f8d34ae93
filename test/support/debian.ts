import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packages of Debian or Ubuntu unpacked into the cache folder, nothing installed. Names the machine's release does not
 * have are passed over but for the first. Undefined where there are none to be had.
 */
export async function unpackedPackages(name: string, packages: readonly [string, ...string[]]): Promise<string | undefined> {
  const cache = process.env['HUSHU_CACHE'] || join(homedir(), '.cache', 'hushu');
  const folder = join(cache, `${name}-${process.arch}`);
  if (existsSync(folder)) return folder;
  if (process.platform !== 'linux') return undefined;
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(join(cache, `${name}-half-`));
  try {
    await download(half, packages);
    const files = (await readdir(half)).filter((file) => file.endsWith('.deb'));
    if (!files.some((file) => file.startsWith(`${packages[0]}_`))) return undefined;
    for (const file of files) {
      await run('dpkg-deb', ['-x', join(half, file), half], { timeout: 60_000 });
      await rm(join(half, file));
    }
    // Another test that was faster has put the same there.
    await rename(half, folder).catch(() => undefined);
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** With the machine's package lists, or, where they are missing, with lists of our own. */
async function download(folder: string, packages: readonly string[]): Promise<void> {
  const options = { cwd: folder, timeout: 120_000, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
  const own = ['-o', `Dir::State=${folder}/apt`, '-o', `Dir::Cache=${folder}/apt/cache`, '-o', 'Dir::State::status=/var/lib/dpkg/status'];
  let settings: string[] = [];
  try {
    await run('apt-get', ['download', packages[0]], options);
  } catch {
    settings = own;
    await mkdir(join(folder, 'apt', 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'apt', 'cache', 'archives', 'partial'), { recursive: true });
    await run('apt-get', [...settings, 'update'], options);
    await run('apt-get', [...settings, 'download', packages[0]], options);
  }
  for (const one of packages.slice(1)) await run('apt-get', [...settings, 'download', one], options).catch(() => undefined);
  await rm(join(folder, 'apt'), { recursive: true, force: true });
}
