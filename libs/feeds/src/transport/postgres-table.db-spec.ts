import { describe } from '@jest/globals';
import pg from 'pg';
import { emptyDatabase } from '../../../../test/support/database.js';
import { startWire } from '../../../../test/support/wire.js';
import { tableCases } from './table-cases.fixture.js';
import type { SupplierDatabase } from './table-rows.fixture.js';

describe('a table of a PostgreSQL front-end database', () => tableCases(async () => {
  const { url, drop } = await emptyDatabase();
  const { hostname, port, pathname } = new URL(url);
  // Not named as the hub's own roles are, which every new store gives rights to.
  const login = `reader_of_${pathname.slice(1)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create role ${login} login password 'front''s \\ 口令'; set timezone = 'Asia/Shanghai'`);
  await client.query(`create schema other; grant usage on schema other to ${login}`);
  await client.query(`alter default privileges grant select on tables to ${login}`);
  const database: SupplierDatabase = {
    kind: 'postgres',
    options: { host: hostname, port: Number(port), database: pathname.slice(1), user: login },
    password: 'front\'s \\ 口令',
    run: async (statement, values) => void await client.query(statement, values),
    begin: async () => {
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await other.query('begin');
      return {
        run: async (statement) => void await other.query(statement),
        commit: async () => {
          await other.query('commit');
          await other.end();
        },
      };
    },
    schema: 'other',
    show: async (certificate) => {
      const wire = await startWire(Number(port), { ...certificate, asked: true });
      return { port: wire.port, stop: () => wire.close() };
    },
    withoutRights: async (table) => void await client.query(`revoke select on ${table} from ${login}`),
    fill: async (table, rows, note) => void await client.query(
      `insert into ${table} select n::text, '王' || n, date '1990-01-01', date '2026-01-01', n, repeat('x', ${note}), timestamptz '2020-01-01' + n * interval '1 second', '增'
       from generate_series(1, ${rows}) n`),
    quote: (name) => client.escapeIdentifier(name),
  };
  return {
    database,
    stop: async () => {
      await client.end();
      await drop();
      const server = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
      await server.connect();
      await server.query(`drop role ${login}`);
      await server.end();
    },
  };
}));
