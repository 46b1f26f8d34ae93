import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { findAccount } from '../../libs/services/src/postgres/account.js';
import { nextFreePort } from '../../libs/services/src/process/port.js';
import { unpackedPackages } from './debian.js';

/** An OpenSSH server of the test's own, serving files as the account it runs as. */
export interface OpenSsh {
  port: number;
  user: string;
  /** The private key it lets in. */
  key: string;
  /** As ssh prints it: SHA256:… */
  hostKey: string;
  /** A folder the account may read and write. */
  folder: string;
  /** Gives what a test has put there to the account. */
  hand(path: string): void;
  stop(): Promise<void>;
}

/** The server of Debian's packages with what a bare machine may lack of its libraries; undefined where there is none. */
export async function startOpenSsh(): Promise<OpenSsh | undefined> {
  const packages = await unpackedPackages('openssh', ['openssh-server', 'libwrap0', 'libnsl2', 'libtirpc3', 'libtirpc3t64']);
  if (packages === undefined) return undefined;
  const account = findAccount();
  const home = mkdtempSync(join(tmpdir(), 'hushu-sshd-'));
  // As root it runs as another user, who may not be able to reach the cache.
  const program = join(home, 'program');
  cpSync(join(packages, 'usr'), program, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.includes('/share/') });
  mkdirSync(join(home, 'base'));
  if (existsSync(join(packages, 'lib'))) cpSync(join(packages, 'lib'), join(home, 'base'), { recursive: true, verbatimSymlinks: true });
  const folder = join(home, 'drop');
  mkdirSync(folder);
  const [host, own] = [keyPair(), keyPair()];
  writeFileSync(join(home, 'host-key'), host.private, { mode: 0o600 });
  writeFileSync(join(home, 'authorized-keys'), own.public, { mode: 0o600 });
  const port = await nextFreePort(22_400);
  writeFileSync(join(home, 'config'), [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${home}/host-key`, `AuthorizedKeysFile ${home}/authorized-keys`, 'PidFile none',
    'UsePAM no', 'StrictModes no', 'PasswordAuthentication yes', 'KbdInteractiveAuthentication no', 'MaxStartups 100', 'Subsystem sftp internal-sftp', '',
  ].join('\n'));
  const hand = (path: string): void => { if (account) chownSync(path, account.uid, account.gid); };
  for (const path of [home, folder, join(home, 'host-key'), join(home, 'authorized-keys')]) hand(path);

  // A library stands in a folder of the machine's kind, under lib or usr/lib.
  const libraries = ['program/lib', 'base'].map((path) => join(home, path)).flatMap((path) => readdirSync(path).map((name) => join(path, name)));
  const said: string[] = [];
  const server = spawn(join(program, 'sbin', 'sshd'), ['-D', '-e', '-f', join(home, 'config')], {
    cwd: home, uid: account?.uid, gid: account?.gid, stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: libraries.join(':') },
  });
  server.stderr.on('data', (data) => said.push(String(data)));
  const stop = async (): Promise<void> => {
    await end(server);
    rmSync(home, { recursive: true, force: true });
  };
  if (!await answers(port, server)) {
    await stop();
    process.stderr.write(`sshd does not start: ${said.join('').slice(-1000)}\n`);
    return undefined;
  }
  return { port, user: nameOf(account?.uid), key: own.private, hostKey: fingerprintOf(host.public), folder, hand, stop };
}

/** The library makes one now and then that it cannot read itself. */
export function keyPair(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** As `ssh-keygen -l` shows it, of a public key as it stands in a file. */
export function fingerprintOf(publicKey: string): string {
  const parsed = ssh2.utils.parseKey(publicKey);
  if (parsed instanceof Error) throw parsed;
  return `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}

function nameOf(uid: number | undefined): string {
  if (uid === undefined) return userInfo().username;
  return readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.split(':')[2] === String(uid))!.split(':')[0];
}

async function answers(port: number, server: ChildProcess): Promise<boolean> {
  let ended = false;
  server.once('error', () => { ended = true; }).once('exit', () => { ended = true; });
  while (!ended) {
    const there = await new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1', () => { probe.destroy(); resolve(true); }).once('error', () => resolve(false));
    });
    if (there) return true;
    await pause(50);
  }
  return false;
}

/** The listener, and what it started for each connection: those end when their connections do. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await gone;
}
