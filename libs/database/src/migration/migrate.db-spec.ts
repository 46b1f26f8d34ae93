import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyDatabase, testPasswordOf } from '../../../../test/support/database.js';
import { Database } from '../connection/database.js';
import { migrate, rollback } from './migrate.js';

describe('migrate', () => {
  let root: string;
  let store: { url: string; drop(): Promise<void> };
  const put = (lib: string, file: string, text: string): void => {
    mkdirSync(join(root, lib, 'src', 'schema'), { recursive: true });
    writeFileSync(join(root, lib, 'src', 'schema', file), text);
  };
  const options = (libs = ['runs', 'access', 'sharing']) => ({ url: store.url, passwordOf: testPasswordOf, libs, root });

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'hushu-migrations-'));
    store = await emptyDatabase();
    put('runs', '001_one.up.sql', 'create schema runs; create table runs.a (x int);');
    put('runs', '001_one.down.sql', 'drop schema runs cascade;');
    put('runs', '002_two.up.sql', 'alter table runs.a add y int;');
    put('runs', '002_two.down.sql', 'alter table runs.a drop y;');
    put('sharing', '001_one.up.sql', 'create schema sharing; create view sharing.a as select x from runs.a;');
  });
  afterEach(async () => {
    rmSync(root, { recursive: true });
    await store.drop();
  });

  it('runs every file once, lib by lib in order, and passes over a lib without any', async () => {
    expect(await migrate(options())).toEqual({ applied: ['runs/001_one', 'runs/002_two', 'sharing/001_one'], standing: 0 });
    expect(await migrate(options())).toEqual({ applied: [], standing: 3 });
  });

  it('lets two starts at once through, one after the other', async () => {
    const reports = await Promise.all([migrate(options()), migrate(options())]);
    expect(reports.map((report) => report.applied.length).sort()).toEqual([0, 3]);
  });

  it('keeps what came before a file that fails, and says where it failed', async () => {
    put('access', '001_wrong.up.sql', 'create schema access;\ncreate table access.b (\n  x nonsense);');
    await expect(migrate(options())).rejects.toMatchObject({ code: 'HUSHU-DATABASE-04', message: expect.stringContaining('access/001_wrong failed (line 3)') });
    put('access', '001_wrong.up.sql', 'create schema access;');
    expect(await migrate(options())).toEqual({ applied: ['access/001_wrong', 'sharing/001_one'], standing: 2 });
  });

  it('refuses a file that was edited after it had been applied', async () => {
    await migrate(options());
    put('runs', '002_two.up.sql', 'alter table runs.a add z int;');
    await expect(migrate(options())).rejects.toMatchObject({ code: 'HUSHU-DATABASE-03' });
  });

  it('goes back as far as there is a way', async () => {
    await migrate(options());
    expect(await rollback({ ...options(['runs']), steps: 1 })).toEqual({ applied: ['runs/002_two'], standing: 1 });
    expect(await migrate(options())).toEqual({ applied: ['runs/002_two'], standing: 2 });
    await expect(rollback(options(['sharing']))).rejects.toMatchObject({ code: 'HUSHU-DATABASE-06' });
  });

  it('refuses a file that is not named as one', async () => {
    put('access', 'second.up.sql', 'select 1');
    await expect(migrate(options())).rejects.toMatchObject({ code: 'HUSHU-DATABASE-01' });
  });

  it('shuts everyone out who is not a role of the hub, and gives functions to nobody by itself', async () => {
    put('access', '001_f.up.sql', `create schema access; grant usage on schema access to hushu_sharing;
      create function access.f() returns int language sql as 'select 1';`);
    await migrate(options());
    const database = new Database({ url: store.url, passwordOf: testPasswordOf });
    await expect(database.pool('sharing').query('select access.f()')).rejects.toThrow('permission denied for function f');
    const { rows } = await database.pool('migrate').query(
      `select coalesce(bool_or(a.grantee = 0), false) as open from pg_database d, aclexplode(d.datacl) a where d.datname = current_database()`);
    expect(rows).toEqual([{ open: false }]);
    await database.end();
  });
});
