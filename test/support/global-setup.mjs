/**
 * Before all tests: one PostgreSQL and one Redis for the run (or those of DATABASE_URL and REDIS_URL), and one
 * database with every migration, of which each test takes a copy.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { build } from '../../scripts/build.mjs';

/** Test servers take other ports than a hub that runs on the same machine. */
const POSTGRES_PORT = 55_400;
const REDIS_PORT = 57_400;

export default async function setUp() {
  for (const { file, message } of (await build()).failed) console.error(`does not compile: ${file}\n${message}`);
  const [{ startPostgres, startRedis }, { migrate }] = await Promise.all([
    import('../../dist/libs/services/src/index.js'), import('../../dist/libs/database/src/index.js'),
  ]);
  endLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `hushu-test-${process.pid}-`));
  chmodSync(folder, 0o755);
  const services = [];
  globalThis.hushuTestServices = { services, folder };
  const started = await Promise.allSettled([
    process.env.DATABASE_URL ? undefined : startPostgres({ dataFolder: folder, port: POSTGRES_PORT, durable: false, memory: 2 ** 31 }),
    process.env.REDIS_URL ? undefined
      : startRedis({ dataFolder: folder, cacheFolder: join(homedir(), '.cache', 'hushu'), port: REDIS_PORT }),
  ]);
  const [postgres, redis] = started.map(({ value }) => value);
  services.push(...[postgres, redis].filter(Boolean));
  const failed = started.find(({ status }) => status === 'rejected');
  try {
    if (failed) throw failed.reason;
    await prepareTemplate(process.env.DATABASE_URL || postgres.url, migrate);
  } catch (error) {
    // Jest does not tear down what was not set up.
    for (const service of services.reverse()) await service.stop();
    throw error;
  }
  process.env.HUSHU_TEST_REDIS_URL = process.env.REDIS_URL || redis?.url || '';
  process.env.HUSHU_TEST_FOLDER = folder;
}

async function prepareTemplate(url, migrate) {
  const template = `hushu_template_${process.pid}`;
  await onServer(url, `drop database if exists ${template}`, `create database ${template}`);
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${template}`;
  await migrate({ url: templateUrl.href, passwordOf: (role) => `test-${role}` });
  globalThis.hushuTestServices.dropTemplate = () => dropTemplates(url, template);
  process.env.HUSHU_TEST_DATABASE_URL = url;
  process.env.HUSHU_TEST_TEMPLATE = template;
}

/** The migrated one, and those with a district's tables that tests made of it. */
async function dropTemplates(url, template) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`select datname from pg_database where starts_with(datname, $1)`, [template]);
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await client.end();
  }
}

async function onServer(url, ...statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** What killed runs left: their folders hold the pids of their servers. */
function endLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^hushu-test-(\d+)-/.exec(name)?.[1];
    if (!owner || lives(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    for (const file of ['postgres/data/postmaster.pid', 'redis/hushu.pid']) endNamed(join(folder, file));
    for (const home of readdirSync(folder).filter((name) => name.startsWith('mariadb-'))) endNamed(join(folder, home, 'server.pid'));
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A server that is still writing its last words; the next run will find the folder again.
    }
  }
}

/** Ends the process a pid file names, when its command line says that it works in that folder. */
function endNamed(file) {
  try {
    const text = readFileSync(file, 'utf8');
    const pid = text.startsWith('{') ? JSON.parse(text).pid : Number(text.split('\n')[0]);
    const folder = file.slice(0, file.lastIndexOf('/'));
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) process.kill(pid, 'SIGQUIT');
  } catch {
    // Gone already.
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
