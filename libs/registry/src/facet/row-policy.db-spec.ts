import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '#database';
import { LineBench, token } from '../../../../test/support/line.js';
import { insured, registered } from '../../../../test/support/records.js';

const FEEDS = ['household-registration', 'medical-insurance'];

describe('who may read and write the registry', () => {
  let bench: LineBench;
  beforeAll(async () => {
    bench = await LineBench.open('config', FEEDS);
    await bench.full('household-registration', '2025-06-01', [registered('R1', 'D1', '王小明'), registered('R2', 'D2', '李红', { 户籍地区划: '370303001' })]);
    await bench.full('medical-insurance', '2025-06-02', [insured('M1', 'D1', '王小明'), insured('M2', 'D2', '李红')]);
  });
  afterAll(() => bench.close());

  const as = <T>(role: Role, settings: Record<string, string>, sql: string): Promise<T[]> => bench.store.database.transaction(role, async (client) => {
    for (const [name, value] of Object.entries(settings)) await client.query('select set_config($1, $2, true)', [name, value]);
    return (await client.query(sql)).rows as T[];
  });
  const everything = { 'hushu.facets': 'identity,medicalInsurance', 'hushu.divisions': '*' };

  it('shows a caller with settings the facets and divisions granted, and no others', async () => {
    expect(await as('sharing', everything, 'select person from registry.medical_insurance')).toHaveLength(2);
    expect(await as('sharing', { ...everything, 'hushu.facets': 'identity' }, 'select person from registry.medical_insurance')).toEqual([]);
    expect(await as('sharing', { ...everything, 'hushu.divisions': '370306,370307' }, 'select person from registry.medical_insurance')).toEqual([{ person: token('D1') }]);
    expect(await as('sharing', { ...everything, 'hushu.divisions': '370306' }, 'select person from registry.identity')).toEqual([{ person: token('D1') }]);
    expect(await as('sharing', { ...everything, 'hushu.divisions': '370306' }, 'select person from registry.document_owner')).toEqual([{ person: token('D1') }]);
  });

  it.each(['identity', 'identity_history', 'medical_insurance', 'medical_insurance_history', 'registration', 'person_card', 'document_owner', 'kin', 'household', 'relation'])(
    'shows nothing of %s to a caller without settings', async (view) => {
      const fresh = await bench.store.database.connect('sharing');
      await expect(fresh.query(`select * from registry.${view}`)).rejects.toThrow(/hushu\.(facets|divisions)/);
      await fresh.end();
      // What a transaction set before is empty in the next one on the same connection.
      expect(await as('sharing', {}, `select * from registry.${view}`)).toEqual([]);
      expect(await as('sharing', { 'hushu.facets': '', 'hushu.divisions': '' }, `select * from registry.${view}`)).toEqual([]);
    });

  it.each<Role>(['registry', 'reconcile', 'staging', 'sharing', 'operations', 'runs', 'apply'])('refuses %s to write registered identity', async (role) => {
    for (const table of ['registered_identity', 'registered_identity_past', 'registration_row', 'registration_past']) {
      for (const write of [`update registry.${table} set source_run = 9`, `delete from registry.${table}`, `insert into registry.${table} select * from registry.${table}`]) {
        await expect(as(role, everything, write)).rejects.toThrow(/permission denied/);
      }
    }
  });

  it('lets the spine’s role write registered identity', async () => {
    await expect(as('spine', {}, 'update registry.registered_identity set source_run = source_run')).resolves.toEqual([]);
  });

  it.each(['staging.medical_insurance', 'staging.medical_insurance_row', 'staging.change', 'reconcile.medical_insurance_resolved', 'reconcile.subject', 'registry.registered_identity', 'registry.medical_insurance_row'])(
    'hides %s from sharing', async (relation) => {
      await expect(as('sharing', everything, `select * from ${relation}`)).rejects.toThrow(/permission denied/);
    });

  it.each<Role>(['registry', 'spine'])('hides staging from %s, which reads what reconcile publishes', async (role) => {
    await expect(as(role, {}, 'select * from staging.medical_insurance')).rejects.toThrow(/permission denied/);
    await expect(as(role, {}, 'select person from reconcile.medical_insurance_resolved')).resolves.toHaveLength(2);
  });

  it('takes keys off empty tables only', async () => {
    expect(await as('registry', {}, `select registry.drop_keys('medical_insurance_row') as dropped`)).toEqual([{ dropped: false }]);
    expect(await as('registry', {}, `select registry.drop_keys('person') as dropped`)).toEqual([{ dropped: false }]);
  });
});
