import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { ROLES, roleName } from '../role/role.js';

describe('Database', () => {
  let store: TestDatabase;
  beforeAll(async () => { store = await testDatabase(); });
  afterAll(() => store.drop());

  it.each(ROLES)('lets %s in under its own name', async (role) => {
    const { rows } = await store.database.pool(role).query('select current_user as name, current_setting(\'timezone\') as zone');
    expect(rows).toEqual([{ name: roleName(role), zone: 'UTC' }]);
  });

  it('keeps dates and timestamps as the text they are', async () => {
    const { rows } = await store.database.pool('runs').query(`select date '2024-02-29' as day, timestamp '2024-02-29 23:59:59' as moment`);
    expect(rows).toEqual([{ day: '2024-02-29', moment: '2024-02-29 23:59:59' }]);
  });

  it('rolls back what a transaction throws, and the connection serves on', async () => {
    const failing = store.database.transaction('migrate', async (client) => {
      await client.query('create table database.left_over (a int)');
      throw new RangeError('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    const { rows } = await store.database.pool('migrate').query(`select to_regclass('database.left_over') as table`);
    expect(rows).toEqual([{ table: null }]);
  });

  it('lets apply take each stage\'s role for a step, and no other', async () => {
    await store.database.transaction('apply', async (client) => {
      for (const role of ['staging', 'reconcile', 'registry', 'spine', 'runs']) {
        await client.query(`set local role hushu_${role}`);
        expect((await client.query('select current_user as name')).rows[0].name).toBe(`hushu_${role}`);
      }
    });
    await expect(store.database.transaction('apply', (client) => client.query('set local role hushu_migrate'))).rejects.toThrow('permission denied');
    await expect(store.database.transaction('staging', (client) => client.query('set local role hushu_spine'))).rejects.toThrow('permission denied');
  });
});
