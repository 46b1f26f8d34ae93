import { createHash, randomBytes } from 'node:crypto';
import { applyPlan, Database, planTables, type Role, type TableSpec } from '#database';
import pg from 'pg';

/** A store of a test's own: migrated, empty, gone after `drop`. */
export interface TestDatabase {
  /** The superuser's way in, for what no role of the hub may see. */
  url: string;
  database: Database;
  drop(): Promise<void>;
}

/** The passwords of the test server's roles; every test run knows them. */
export function testPasswordOf(role: Role): string {
  return `test-${role}`;
}

/** A fresh database cloned from the run's migrated template; with the tables of contracts, where they are given. */
export async function testDatabase(tables: TableSpec[] = []): Promise<TestDatabase> {
  const server = setting('HUSHU_TEST_DATABASE_URL');
  const name = `hushu_test_${randomBytes(6).toString('hex')}`;
  await cloneDatabase(server, tables.length === 0 ? setting('HUSHU_TEST_TEMPLATE') : await templateWith(server, tables), name);
  const own = new URL(server);
  own.pathname = `/${name}`;
  const database = new Database({ url: own.href, passwordOf: testPasswordOf, applicationName: 'test' });
  return {
    url: own.href,
    database,
    async drop() {
      await database.end();
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

/** Templates this process knows to be there. */
const known = new Set<string>();
const MAKING = 4_820_991;

/** Planning and making a district's tables takes longer than copying them: the first who needs such tables makes a template of them for all. */
async function templateWith(server: string, tables: TableSpec[]): Promise<string> {
  const migrated = setting('HUSHU_TEST_TEMPLATE');
  const name = `${migrated}_${createHash('sha1').update(JSON.stringify(tables)).digest('hex').slice(0, 12)}`;
  if (known.has(name)) return name;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MAKING]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) {
      const half = `${name}_half`;
      await client.query(`drop database if exists ${half} with (force)`);
      await cloneDatabase(server, migrated, half);
      const own = new URL(server);
      own.pathname = `/${half}`;
      const database = new Database({ url: own.href, passwordOf: testPasswordOf, applicationName: 'test' });
      const owner = await database.connect('migrate');
      await applyPlan(owner, await planTables(owner, tables));
      await owner.end();
      await database.end();
      await client.query(`alter database ${half} rename to ${name}`);
    }
  } finally {
    await client.end();
  }
  known.add(name);
  return name;
}

/** An empty database without roles' rights or schemas: for tests of migration itself. */
export async function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = setting('HUSHU_TEST_DATABASE_URL');
  const name = `hushu_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const own = new URL(server);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) };
}

/** A copy of a migrated database that nobody is connected to. Its rights are not copied with it, so they are given again here. */
export async function cloneDatabase(server: string, template: string, name: string): Promise<void> {
  await onServer(
    server,
    `create database ${name} template ${template} strategy wal_log`,
    `revoke all on database ${name} from public`,
    `do $$ declare r name; begin
       for r in select rolname from pg_roles where rolname like 'hushu\\_%' and rolcanlogin and not rolsuper loop
         execute format('grant connect, temporary on database ${name} to %I', r);
       end loop;
     end $$`,
    `grant create on database ${name} to hushu_migrate`,
  );
}

async function onServer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests run under Jest with this project's configuration`);
  return value;
}
