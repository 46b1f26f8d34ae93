import { randomBytes } from 'node:crypto';
import { Database, type Role } from '#database';
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

/** A fresh database cloned from the run's migrated template. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = setting('HUSHU_TEST_DATABASE_URL');
  const name = `hushu_test_${randomBytes(6).toString('hex')}`;
  await cloneDatabase(server, setting('HUSHU_TEST_TEMPLATE'), name);
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
