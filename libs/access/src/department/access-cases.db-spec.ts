import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#kernel';
import { Keys } from '#keys';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { AuditWriter } from '../audit/audit-writer.js';
import { ClientDirectory } from '../client/client-directory.js';
import { openAccessCases } from './open-cases.js';

const keys = new Keys(new Map([[1, Buffer.alloc(32, 9)]]));

describe('the cases of access', () => {
  let store: TestDatabase;
  let audit: AuditWriter;
  let cases: Awaited<ReturnType<typeof openAccessCases>>;
  let directory: ClientDirectory;

  beforeAll(async () => {
    store = await testDatabase();
    audit = new AuditWriter(store.database, keys, systemClock);
    cases = await openAccessCases(store.database, keys, audit, systemClock);
    directory = new ClientDirectory(store.database, keys);
    await cases.putDepartment({ id: 'civil-affairs', nameZh: '民政局', nameEn: 'Civil Affairs' });
  });
  afterAll(async () => {
    await cases.close();
    await audit.end();
    await store.drop();
  });

  it('enters a department once, and renames it without losing its clients', async () => {
    await cases.createClient({ department: 'civil-affairs' });
    await cases.putDepartment({ id: 'civil-affairs', nameZh: '区民政局', nameEn: 'Civil Affairs', code: '11370306MB0000001X' });
    expect(await cases.listDepartments()).toMatchObject([{ id: 'civil-affairs', nameZh: '区民政局' }]);
    expect(await cases.listClients('civil-affairs')).toHaveLength(1);
  });

  it('keeps no secret, only its keyed digest, and knows the right one from a wrong one', async () => {
    const { client, secret } = await cases.createClient({ department: 'civil-affairs' });
    const known = await directory.find(client.id);
    expect(known?.digest).toHaveLength(32);
    expect(directory.secretMatches(client.id, secret!, known!.digest!)).toBe(true);
    expect(directory.secretMatches(client.id, `${secret!}x`, known!.digest!)).toBe(false);
    expect(directory.secretMatches('another', secret!, known!.digest!)).toBe(false);
    const { rows } = await store.database.pool('access').query(`select to_jsonb(c)::text as row from access.client c`);
    expect(JSON.stringify(rows)).not.toContain(secret!);
  });

  it('does not let a revoked client in, nor anybody of a suspended department', async () => {
    const { client } = await cases.createClient({ department: 'civil-affairs' });
    await directory.refresh();
    expect(directory.callerOf(client.id)).toMatchObject({ department: 'civil-affairs', scopes: ['persons'] });
    await cases.revokeClient(client.id);
    await directory.refresh();
    expect([directory.callerOf(client.id), await directory.find(client.id)]).toEqual([undefined, undefined]);
  });

  it('knows who acts by a client, and on which feeds: the department\'s own, or every one when it runs the hub', async () => {
    await cases.putDepartment({ id: 'data-office', nameZh: '大数据中心', nameEn: 'Data Office', hub: true });
    await cases.putSupply([{ feed: 'marriage', department: 'civil-affairs' }, { feed: 'pension', department: 'nobody-entered' }, { feed: 'cremation', department: 'civil-affairs' }]);
    await cases.putSupply([{ feed: 'marriage', department: 'civil-affairs' }, { feed: 'pension', department: 'nobody-entered' }]);
    const [own, hub, silent] = await Promise.all([
      cases.createClient({ department: 'civil-affairs', scopes: ['operations'], officer: '  王  科 ' }), cases.createClient({ department: 'data-office', scopes: ['operations'], officer: '李处' }),
      cases.createClient({ department: 'data-office', scopes: ['operations'] }),
    ]);
    await directory.refresh();
    expect([own, hub, silent].map(({ client }) => directory.callerOf(client.id))).toMatchObject([
      { officer: '王 科', feeds: ['marriage'] }, { officer: '李处', feeds: null }, { officer: undefined, feeds: null },
    ]);
    // Naming it again does not take the hub away.
    expect(await cases.putDepartment({ id: 'data-office', nameZh: '数据局', nameEn: 'Data Office' })).toMatchObject({ nameZh: '数据局', hub: true });
    for (const wrong of [{ officer: '王科' }, { officer: ' ', scopes: ['operations' as const] }]) {
      await expect(cases.createClient({ department: 'civil-affairs', ...wrong })).rejects.toMatchObject({ code: 'HUSHU-ACCESS-08' });
    }
  });

  it('knows which neighbour hub calls by a client, which does nothing else', async () => {
    const { client } = await cases.createClient({ department: 'civil-affairs', scopes: ['exchange'], neighbour: 'zibo' });
    await directory.refresh();
    expect(directory.callerOf(client.id)).toMatchObject({ neighbour: 'zibo', scopes: ['exchange'] });
    for (const wrong of [{ scopes: ['exchange' as const] }, { neighbour: 'zibo' }, { scopes: ['exchange' as const, 'operations' as const], neighbour: 'zibo' }, { scopes: ['exchange' as const], neighbour: 'Zi bo' }]) {
      await expect(cases.createClient({ department: 'civil-affairs', ...wrong })).rejects.toMatchObject({ code: 'HUSHU-ACCESS-09' });
    }
  });

  it('binds a client to a grant its department holds, and refuses one it does not', async () => {
    await cases.hold({ grant: 'g1', department: 'civil-affairs', validFrom: new Date('2025-01-01') });
    const { client } = await cases.createClient({ department: 'civil-affairs', grant: 'g1' });
    expect(client.grant).toBe('g1');
    await expect(cases.createClient({ department: 'civil-affairs', grant: 'g2' })).rejects.toMatchObject({ code: 'HUSHU-ACCESS-06' });
  });

  it('keeps a revoked grant revoked when it is loaded again', async () => {
    await cases.hold({ grant: 'g3', department: 'civil-affairs', validFrom: new Date('2025-01-01') });
    await cases.revokeHolding('g3', 'misuse');
    await cases.hold({ grant: 'g3', department: 'civil-affairs', validFrom: new Date('2025-01-01') });
    expect(await cases.findHolding('g3')).toMatchObject({ state: 'revoked', reason: 'misuse' });
    expect((await store.database.pool('sharing').query(`select from access.standing_grant where grant_id = 'g3'`)).rowCount).toBe(0);
  });

  it('takes a public key that names its one algorithm, and no private or nameless one', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' };
    expect((await cases.createClient({ department: 'civil-affairs', jwks: { keys: [jwk] } })).secret).toBeUndefined();
    for (const bad of [{ ...jwk, alg: 'none' }, { ...jwk, alg: undefined }, { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }, { kty: 'oct', k: 'AAAA', kid: 'k1', alg: 'HS256' }]) {
      await expect(cases.createClient({ department: 'civil-affairs', jwks: { keys: [bad] } })).rejects.toMatchObject({ code: 'HUSHU-ACCESS-07' });
    }
  });

  it('refuses ids and departments that do not exist', async () => {
    await expect(cases.putDepartment({ id: 'Bad Id', nameZh: 'x', nameEn: 'x' })).rejects.toMatchObject({ code: 'HUSHU-ACCESS-02' });
    await expect(cases.createClient({ department: 'nobody' })).rejects.toMatchObject({ code: 'HUSHU-ACCESS-03' });
    await expect(cases.revokeHolding('nothing', 'x')).rejects.toMatchObject({ code: 'HUSHU-ACCESS-05' });
  });

  it('lets an assertion be used once, also when two come at the same moment', async () => {
    const soon = new Date(Date.now() + 60_000);
    const taken = await Promise.all(Array.from({ length: 8 }, () => directory.takeAssertion('a1', soon)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    await directory.sweepAssertions(new Date(Date.now() + 120_000));
    expect(await directory.takeAssertion('a1', soon)).toBe(true);
  });
});
