import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import mysql from 'mysql2';
import { hasOpenssl, makeCertificate } from '../../../../test/support/certificates.js';
import { connectTo, startMariaDb } from '../../../../test/support/mariadb.js';
import { tableCases } from './table-cases.fixture.js';
import type { SupplierDatabase } from './table-rows.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'hushu-front-'));
const server = await startMariaDb(hasOpenssl ? await makeCertificate(folder, 'front', '127.0.0.1', null) : undefined);
rmSync(folder, { recursive: true });
const LOGIN = 'hub_reader';
const PASSWORD = 'front\'s \\ 口令';

describe('a table of a MariaDB front-end database', () => {
  if (server === undefined) {
    it.skip('needs a MariaDB server (Debian package mariadb-server-core), which this machine has not and cannot fetch', () => undefined);
    return;
  }
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
      fill: async (table, rows, note) => void await owner.query(
        `insert into ${table} select seq, concat('王', seq), '1990-01-01', '2026-01-01', seq, repeat('x', ${note}), timestamp '2020-01-01 00:00:00' + interval seq second, '增'
         from seq_1_to_${rows}`),
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
