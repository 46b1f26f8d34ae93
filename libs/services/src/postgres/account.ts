import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HubError } from '#kernel';

/** Whom PostgreSQL runs as: nobody in particular (undefined) unless we are root, whom it refuses to serve. */
export interface Account { uid: number; gid: number }

/** Where a system user can always reach, for what stands in a folder only root may enter. */
const REACHABLE = '/var/lib/hushu';

export function findAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return lookUp('postgres') ?? lookUp('hushu') ?? makeAccount('hushu');
}

function lookUp(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function makeAccount(name: string): Account {
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', name]],
    ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', name]],
  ];
  for (const [command, args] of attempts) {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
    } catch {
      // The next one is another distribution's way; the account itself tells whether one of them worked.
    }
    const made = lookUp(name);
    if (made) return made;
  }
  throw new HubError({
    code: 'HUSHU-SERVICES-03',
    zh: 'PostgreSQL 不能以 root 运行,也无法为它建立系统用户',
    en: 'PostgreSQL does not run as root, and no system user could be made for it',
    hintZh: '建立名为 postgres 的系统用户,或以普通用户启动',
    hintEn: 'Make a system user named postgres, or start as an ordinary user',
  });
}

/** The binaries, or a copy of them the account can reach. */
export function reachableBinaries(native: string, account: Account | undefined): string {
  if (!account || mayRun(join(native, 'bin', 'postgres'), account)) return native;
  const { mtimeMs, size } = statSync(join(native, 'bin', 'postgres'));
  const copy = join(REACHABLE, `postgres-${createHash('sha256').update(`${realpathSync(native)} ${mtimeMs} ${size}`).digest('hex').slice(0, 12)}`);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    mkdirSync(REACHABLE, { recursive: true, mode: 0o755 });
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    openUp(half);
    try {
      renameSync(half, copy);
    } catch (error) {
      rmSync(half, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return copy;
}

/**
 * The folder for the account's data: `wanted`, or one the account can reach with `wanted` a link to it.
 * It exists afterwards and belongs to the account.
 */
export function reachableFolder(wanted: string, account: Account | undefined): string {
  mkdirSync(dirname(wanted), { recursive: true });
  let folder = wanted;
  if (account && !lstatSync(wanted, { throwIfNoEntry: false }) && !mayEnter(realpathSync(dirname(wanted)), account)) {
    const place = createHash('sha256').update(join(realpathSync(dirname(wanted)), basename(wanted))).digest('hex').slice(0, 12);
    folder = join(REACHABLE, `data-${place}`);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    symlinkSync(folder, wanted);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  folder = realpathSync(folder);
  if (account) {
    chownSync(folder, account.uid, account.gid);
    chmodSync(folder, 0o700);
  }
  return folder;
}

function mayRun(file: string, account: Account): boolean {
  return may(statSync(file), account, 0o5) && mayEnter(dirname(realpathSync(file)), account);
}

function mayEnter(folder: string, account: Account): boolean {
  return may(statSync(folder), account, 0o1) && (folder === dirname(folder) || mayEnter(dirname(folder), account));
}

function may(stat: { mode: number; uid: number; gid: number }, account: Account, bits: number): boolean {
  const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0;
  return (stat.mode >> shift & bits) === bits;
}

/** Readable by everybody, and enterable or executable where its owner could. */
function openUp(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  chmodSync(path, stat.mode | 0o444 | (stat.mode & 0o100 ? 0o111 : 0));
  if (stat.isDirectory()) for (const name of readdirSync(path)) openUp(join(path, name));
}
