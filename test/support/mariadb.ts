import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mysql, { type Connection } from 'mysql2/promise';
import { findAccount } from '../../libs/services/src/postgres/account.js';
import { nextFreePort } from '../../libs/services/src/process/port.js';
import { unpackedPackages } from './debian.js';

/** A MariaDB or MySQL server of the test's own. */
export interface MariaDb {
  host: string;
  port: number;
  /** Somebody who may do everything. */
  owner: { user: string; password: string };
  /** Shows another certificate from now on. */
  show(certificate: Certificate): Promise<void>;
  /** As kill -9 does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The server of Debian's packages with what a bare machine may lack of its libraries; undefined where there is none. */
export async function startMariaDb(certificate?: Certificate): Promise<MariaDb | undefined> {
  const packages = await unpackedPackages('mariadb', [
    'mariadb-server-core', 'libaio1', 'libaio1t64', 'libnuma1', 'liburing2', 'libpcre2-8-0', 'libsystemd0', 'libssl3', 'libssl3t64',
  ]);
  if (packages === undefined) return undefined;
  const share = join(packages, 'usr', 'share', 'mysql');
  const libraries = join(packages, 'usr', 'lib');
  return start({
    program: join(packages, 'usr', 'sbin', 'mariadbd'), base: join(packages, 'usr'), share, libraries: readdirSync(libraries).map((name) => join(libraries, name)),
    prepare: ['--bootstrap'], reload: 'flush ssl',
    statements: [
      'create database mysql;', 'use mysql;', 'set @auth_root_socket = null;', 'set @skip_auth_anonymous = 1;',
      ...['mysql_system_tables', 'mysql_performance_tables', 'mysql_system_tables_data'].map((name) => readFileSync(join(share, `${name}.sql`), 'utf8')),
    ].join('\n'),
  }, certificate);
}

/** MySQL's own server, 8.0.16 or newer, unpacked somewhere with its share folder; libraries it lacks are looked for among those of MariaDB's packages. */
export async function startMySql(mysqld: string, certificate?: Certificate): Promise<MariaDb | undefined> {
  const base = join(mysqld, '..', '..');
  const packages = await unpackedPackages('mariadb', ['mariadb-server-core']);
  const libraries = packages === undefined ? undefined : join(packages, 'usr', 'lib');
  return start({
    program: mysqld, base, share: join(base, 'share'), libraries: libraries === undefined ? [] : readdirSync(libraries).map((name) => join(libraries, name)),
    prepare: ['--initialize-insecure'], reload: 'alter instance reload tls', statements: '',
  }, certificate);
}

/** A server's program, how its folder is first filled, and how it is told to read its certificate again. */
interface Server { program: string; base: string; share: string; libraries: string[]; prepare: string[]; statements: string; reload: string }
interface Certificate { key: string; cert: string }

async function start({ program, base, share, libraries, prepare, statements, reload }: Server, certificate?: Certificate): Promise<MariaDb | undefined> {
  const home = mkdtempSync(join(process.env['HUSHU_TEST_FOLDER'] || tmpdir(), 'mariadb-'));
  const data = join(home, 'data');
  const account = findAccount();
  mkdirSync(data);
  chmodSync(home, 0o755);
  if (account) for (const folder of [home, data]) chownSync(folder, account.uid, account.gid);
  const owner = { user: 'owner', password: 'test-owner' };
  writeFileSync(join(home, 'init.sql'), `create user ${owner.user}@'127.0.0.1' identified by '${owner.password}';\ngrant all on *.* to ${owner.user}@'127.0.0.1' with grant option;\n`);

  const run = (more: string[], input: 'pipe' | 'ignore'): ChildProcess => spawn(program, [
    '--no-defaults', `--basedir=${base}`, `--datadir=${data}`, `--lc-messages-dir=${share}`, `--character-sets-dir=${join(share, 'charsets')}`, '--loose-mysqlx=0',
    // As root it becomes another user once it has opened what only root may reach.
    ...(account ? [`--user=${account.uid}`] : []), '--innodb-buffer-pool-size=64M', '--loose-innodb-log-file-size=64M', '--innodb-flush-log-at-trx-commit=0', ...more,
  ], { cwd: home, stdio: [input, 'ignore', 'pipe'], env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: libraries.join(':') } });

  const write = ({ key, cert }: Certificate): void => {
    for (const [name, text] of [['key', key], ['cert', cert]] as const) {
      writeFileSync(join(home, name), text, { mode: 0o600 });
      if (account) chownSync(join(home, name), account.uid, account.gid);
    }
  };
  if (certificate) write(certificate);

  const said: string[] = [];
  const prepared = run(prepare, 'pipe');
  prepared.stderr!.on('data', (text) => said.push(String(text)));
  prepared.stdin!.on('error', () => undefined).end(statements);
  await ended(prepared);

  const port = await nextFreePort(33_400);
  const server = run([`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(home, 's')}`, `--init-file=${join(home, 'init.sql')}`, `--pid-file=${join(home, 'server.pid')}`,
    ...(certificate ? [`--ssl-key=${join(home, 'key')}`, `--ssl-cert=${join(home, 'cert')}`] : [])], 'ignore');
  server.stderr!.on('data', (text) => said.push(String(text)));
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended(server);
    rmSync(home, { recursive: true, force: true });
  };
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended(server);
  };
  const show = async (other: Certificate): Promise<void> => {
    write(other);
    const connection = await connectTo(mariaDb);
    await connection.query(reload);
    await connection.end();
  };
  const mariaDb: MariaDb = { host: '127.0.0.1', port, owner, show, kill, stop };
  while (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
    const connection = await connectTo(mariaDb).catch(() => undefined);
    if (connection) {
      await connection.end();
      return mariaDb;
    }
    await pause(50);
  }
  await stop();
  process.stderr.write(`${program} does not start: ${said.join('').slice(-1000)}\n`);
  return undefined;
}

export function connectTo({ host, port, owner }: MariaDb, database?: string): Promise<Connection> {
  return mysql.createConnection({ host, port, ...owner, database, charset: 'utf8mb4', timezone: '+08:00' });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
}
