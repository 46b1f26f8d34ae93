import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import mysql from 'mysql2';
import { hasOpenssl, makeCertificate } from '../../../../test/support/certificates.js';
import { connectTo, startMariaDb, startMySql } from '../../../../test/support/mariadb.js';
import { tableCases } from './table-cases.fixture.js';
import { COLUMNS, contractOn, faultOf, fetchFrom, type SupplierDatabase } from './table-rows.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'hushu-front-'));
const certificate = hasOpenssl ? await makeCertificate(folder, 'front', '127.0.0.1', null) : undefined;
/** MySQL's own server instead of MariaDB's: the path of a mysqld beside its share folder. */
const mysqld = process.env['HUSHU_TEST_MYSQLD'];
const server = mysqld === undefined ? await startMariaDb(certificate) : await startMySql(mysqld, certificate);
afterAll(() => rmSync(folder, { recursive: true }));
const LOGIN = 'hub_reader';
const PASSWORD = 'front\'s \\ 口令';

describe(`a table of a ${mysqld === undefined ? 'MariaDB' : 'MySQL'} front-end database`, () => {
  if (server === undefined) {
    it.skip('needs a MariaDB server (Debian package mariadb-server-core), which this machine has not and cannot fetch', () => undefined);
    return;
  }
  // MariaDB knows the last of them alone.
  (mysqld === undefined ? it.skip : it)('signs in as the server asks for it, in plain words and over TLS, whether the server has the password at hand or not', async () => {
    const owner = await connectTo(server, 'front');
    await owner.query(`create table signed (${COLUMNS.map((column) => `\`${column}\` varchar(40)`).join(', ')})`);
    for (const plugin of ['caching_sha2_password', 'sha256_password', 'mysql_native_password']) {
      await owner.query(`create user ?@'127.0.0.1' identified with ${plugin} by ?`, [plugin, PASSWORD]);
      await owner.query(`grant select on signed to ?@'127.0.0.1'`, [plugin]);
      for (const tls of [undefined, ...(certificate === undefined ? [] : [{ ca: certificate.certFile }])]) {
        const login = { kind: 'mysql', options: { host: server.host, port: server.port, database: 'front', user: plugin }, password: PASSWORD } as unknown as SupplierDatabase;
        const contract = contractOn(login, 'signed', { mode: 'full', options: { tls } });
        // The server forgets whom it let in.
        await owner.query('flush privileges');
        for (let times = 0; times < 2; times++) expect((await fetchFrom(login, contract)).rows).toEqual([]);
        expect([plugin, tls, (await faultOf(fetchFrom(login, contract, null, 'not the password')))['rule']]).toEqual([plugin, tls, 'transport-denied']);
      }
    }
    await owner.end();
  });

  tableCases(async () => {
    const owner = await connectTo(server);
    // The server is killed at the end.
    owner.on('error', () => undefined);
    await owner.query('create database front character set utf8mb4');
    await owner.query('create database other character set utf8mb4');
    await owner.query('use front');
    await owner.query('create user ?@\'127.0.0.1\' identified by ?', [LOGIN, PASSWORD]);
    const database: SupplierDatabase = {
      kind: 'mysql',
      options: { host: server.host, port: server.port, database: 'front', user: LOGIN },
      password: PASSWORD,
      run: async (statement, values) => {
        await owner.query(statement, values);
        const table = /^create table (\S+)/.exec(statement)?.[1];
        if (table !== undefined) await owner.query(`grant select on ${table} to ${LOGIN}@'127.0.0.1'`);
      },
      begin: async () => {
        const other = await connectTo(server, 'front');
        await other.beginTransaction();
        return {
          run: async (statement) => void await other.query(statement),
          commit: async () => {
            await other.commit();
            await other.end();
          },
        };
      },
      withoutRights: async (table) => void await owner.query(`revoke select on ${table} from ${LOGIN}@'127.0.0.1'`),
      fill: async (table, rows, note) => {
        const digits = '(select 0 as n union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9)';
        await owner.query(
          `insert into ${table} select seq, concat('王', seq), '1990-01-01', '2026-01-01', seq, repeat('x', ${note}), timestamp '2020-01-01 00:00:00' + interval seq second, '增'
           from (select 1 + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n as seq from ${['a', 'b', 'c', 'd', 'e'].map((name) => `${digits} ${name}`).join(', ')}) numbers where seq <= ${rows}`);
      },
      quote: (name) => mysql.escapeId(name, true),
      schema: 'other',
      show: async (certificate) => {
        await server.show(certificate);
        return { port: server.port, stop: async () => undefined };
      },
      kill: async () => server.kill(),
    };
    return {
      database,
      stop: async () => {
        owner.destroy();
        await server.stop();
      },
    };
  });
});
