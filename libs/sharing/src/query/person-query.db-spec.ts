import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { auditInvariants, type Caller } from '#access';
import { checkCharacter } from '#kernel';
import { personIdOf } from '#keys';
import { readSharingConfig } from '../load/sharing-config.js';
import { compilePlan } from './query-plan.js';
import { servingStore, type ServingStore, type TestPerson } from '../../../../test/support/serving-store.js';

const CALLER: Caller = { client: 'c1', department: 'civil-affairs', scopes: ['persons'], grant: undefined, officer: undefined, neighbour: undefined, feeds: [] };
/** The county 370399 was never given out. */
const idNumber = (n: number, born = '19900101'): string => {
  const first = `370399${born}${String(n).padStart(3, '0')}`;
  return first + checkCharacter(first);
};
const ANN = idNumber(11), BEN = idNumber(12), CHILD = idNumber(13, '20200505'), GUEST = idNumber(14), NOBODY = idNumber(99), SECRET = 'SENTINEL';

const PEOPLE: TestPerson[] = [
  {
    idNumber: ANN, division: '370306001', facets: {
      identity: { name: '安宁', sex: '2', ethnicity: '01', birth_date: '1990-01-01', former_name: null },
      registration: { status: '1', household_no: 'H1', relation_to_head: '02', division: '370306001', address: '丝绸路 1 号', since: '2001-02-03' },
      marriage: { business: 'IA', since: '2015-05-20', certificate_no: 'J370306-2015-000001', spouse: 'BEN' },
      health: { record_no: `${SECRET}-record`, status: `${SECRET}-status`, chronic: `${SECRET}-chronic`, since: '1999-09-09' },
      medical_insurance: { insurance_type: '310', status: '1', employer: `${SECRET}-employer`, last_paid: '2025-06-01' },
    },
  },
  { idNumber: BEN, division: '370306102', facets: { identity: { name: '本"固\n', sex: '1', birth_date: '1990-01-01' }, registration: { status: '1', division: '370306102' } } },
  { idNumber: CHILD, division: '370306001', facets: { identity: { name: '童童', sex: '1', birth_date: '2020-05-05' }, registration: { status: '1', address: '丝绸路 1 号', division: '370306001' } } },
  { idNumber: GUEST, kind: 'provisional', division: '370306001', facets: { identity: { name: '来客', sex: '1', birth_date: '1990-01-01' } } },
];

describe('a query under a grant', () => {
  let hub: ServingStore;
  const ask = async (body: Record<string, unknown>, caller = CALLER): Promise<any> => {
    const { items, meta, receipt } = await hub.query.answer(caller, {
      grant: 'g', purpose: { code: 'marriage-registration', caseNo: 'A-1' }, operator: { id: '007', name: '王科', unit: '婚姻登记处' }, ...body,
    }, 'req-1');
    return { items: JSON.parse(`[${items.toString()}]`), meta: JSON.parse(meta), receipt };
  };
  const refused = (body: Record<string, unknown>, caller = CALLER): Promise<any> => ask(body, caller).then(() => 'answered', (error) => error);

  beforeAll(async () => {
    hub = await servingStore();
    const [ann] = PEOPLE;
    ann!.facets['marriage']!['spouse'] = hub.tokenOf(BEN);
    await hub.addPeople(PEOPLE);
    await hub.loadGrants([
      { grant: 'g' },
      { grant: 'town', divisions: ['370306001'] },
      { grant: 'registered', kinds: ['registered'] },
      { grant: 'narrow', products: ['registered-population'], fields: ['identity.name', 'registration'] },
      { grant: 'minors', withhold: [{ fields: ['registration.address', 'identity.birthDate'], under: 14 }] },
      { grant: 'elsewhere', department: 'housing-bureau' },
      { grant: 'insured', products: ['medical-insurance'] },
    ]);
  });
  afterAll(() => hub.close());

  it('answers each input in order with the fields asked for and nothing else', async () => {
    const { items } = await ask({ by: { idNumbers: [NOBODY, ANN, 'not a number', ANN.toLowerCase()] }, fields: ['identity.name', 'identity.idNumber', 'identity.formerName', 'registration.since'] });
    const record = { identity: { name: '安宁', idNumber: ANN, formerName: null }, registration: { since: '2001-02-03' } };
    const personId = personIdOf(hub.keys, hub.tokenOf(ANN));
    expect(items).toEqual([
      { index: 0, status: 'not_found' },
      { index: 1, status: 'found', personId, record },
      { index: 2, status: 'not_found' },
      { index: 3, status: 'found', personId, record },
    ]);
  });

  it('finds the same person by personId, and nobody by an id that was never given out', async () => {
    const { items: [first] } = await ask({ by: { idNumbers: [ANN] }, fields: ['identity.name'] });
    const { items } = await ask({ by: { personIds: [first.personId, 'p00000000000000000000000000', 'x'] }, fields: ['identity.name'] });
    expect(items.map((item: { status: string }) => item.status)).toEqual(['found', 'not_found', 'not_found']);
    expect(items[0].record).toEqual(first.record);
  });

  it('takes a whole facet for its fields', async () => {
    const { items: [one] } = await ask({ by: { idNumbers: [ANN] }, fields: ['marriage', 'identity.*'] });
    expect(one.record.marriage).toMatchObject({ business: 'IA', since: '2015-05-20', certificateNo: 'J370306-2015-000001', spouse: BEN });
    expect(one.record.identity).toMatchObject({ name: '安宁', documentKind: '111' });
  });

  it('writes any text as valid JSON', async () => {
    const { items: [one] } = await ask({ by: { idNumbers: [BEN] }, fields: ['identity.name'] });
    expect(one.record.identity.name).toBe('本"固\n');
  });

  it('tells unknown from absent: a missing row of a partial feed is unknown, of the complete register nothing', async () => {
    const { items: [one] } = await ask({ by: { idNumbers: [GUEST] }, fields: ['identity.name', 'registration.status', 'marriage.since'] });
    expect(one.record).toEqual({ identity: { name: '来客' } });
    expect(one.unknown).toEqual(['marriage.since']);
  });

  it('gives provenance only when asked for', async () => {
    const { items: [plain] } = await ask({ by: { idNumbers: [ANN] }, fields: ['identity.name'] });
    expect(plain.provenance).toBeUndefined();
    await hub.admin.query(`insert into runs.contract (feed, version, definition, applied_at) values ('household-registration', 'v1', '{"origin":"city-return"}', now())`);
    // What feeds there are is read by the second.
    for (; hub.freshness.originOf('household-registration') === null; await pause(100)) await hub.freshness.refresh();
    const { items: [one] } = await ask({ by: { idNumbers: [ANN] }, fields: ['identity.name'], include: ['provenance'] });
    expect(one.provenance).toEqual({ identity: { feed: 'household-registration', origin: 'city-return', run: 1, validFrom: '2025-01-01', knownFrom: '2025-01-02T00:00:00Z' } });
  });

  it('says how fresh its sources are, and proves the delivery', async () => {
    const { meta, receipt } = await ask({ by: { idNumbers: [ANN] }, fields: ['identity.name'] });
    expect(meta.freshness['household-registration']).toEqual({ at: null, overdue: true });
    expect(meta.delivery).toBe(`${receipt.seq}.${receipt.h}`);
    const { rows: [row] } = await hub.admin.query('select body, h from access.audit where seq = $1', [receipt.seq]);
    expect(row.h.toString('hex')).toBe(receipt.h);
    expect(JSON.parse(row.body)).toMatchObject({
      kind: 'query', grant: 'g', department: 'civil-affairs', client: 'c1', request: 'req-1', purpose: { code: 'marriage-registration', caseNo: 'A-1' },
      operator: { name: '王科' }, fields: ['identity.name'], persons: [hub.tokenOf(ANN)],
    });
  });

  it('answers as of a day and as of what was known then', async () => {
    const past = { person: hub.tokenOf(ANN), known_from: '2020-01-02', source_run: 1, valid_from: '2020-01-01', valid_to: '2025-01-01', known_to: '2025-01-02', retracted_at: 'infinity', name: '安静', document: hub.tokenOf(ANN) };
    await hub.admin.query(`insert into registry.registered_identity_past select * from jsonb_populate_record(null::registry.registered_identity_past, $1)`, [JSON.stringify(past)]);
    const nameAt = async (when: object): Promise<string | undefined> => (await ask({ by: { idNumbers: [ANN] }, fields: ['identity.name'], ...when })).items[0].record.identity?.name;
    expect(await nameAt({ validAt: '2022-06-01' })).toBe('安静');
    expect(await nameAt({ validAt: '2025-06-01' })).toBe('安宁');
    expect(await nameAt({ validAt: '2025-06-01', knownAt: '2025-01-01T00:00:00+08:00' })).toBe('安静');
    expect(await nameAt({ knownAt: '2024-01-01T00:00:00Z' })).toBe('安静');
    expect(await nameAt({ validAt: '2010-01-01' })).toBeUndefined();
  });

  it('gives the same answer for a person outside the grant\'s population as for nobody', async () => {
    const fields = ['identity.name', 'registration.division'];
    const { items } = await ask({ grant: 'town', by: { idNumbers: [ANN, BEN, NOBODY] }, fields });
    expect(items.map((item: { status: string }) => item.status)).toEqual(['found', 'not_found', 'not_found']);
    expect({ ...items[1], index: 0 }).toEqual({ ...items[2], index: 0 });
    const { items: [guest] } = await ask({ grant: 'registered', by: { idNumbers: [GUEST] }, fields });
    expect(guest).toEqual({ index: 0, status: 'not_found' });
  });

  it('withholds what the grant withholds from the young, and names it', async () => {
    const { items } = await ask({ grant: 'minors', by: { idNumbers: [CHILD, ANN] }, fields: ['identity.name', 'identity.birthDate', 'registration.address'] });
    expect(items[0].record).toEqual({ identity: { name: '童童' } });
    expect(items[0].withheld).toEqual(['identity.birthDate', 'registration.address']);
    expect(items[1].withheld).toBeUndefined();
    expect(items[1].record.registration.address).toBe('丝绸路 1 号');
  });

  it('refuses fields that are not granted and names them, every one, and how to ask', async () => {
    const error = await refused({ by: { idNumbers: [ANN] }, fields: ['identity.name', 'health.status', 'medicalInsurance'] });
    expect(error).toMatchObject({ code: 'HUSHU-SHARING-22', details: { fields: expect.arrayContaining(['health.status', 'medicalInsurance.employer']) } });
    expect(error.hint.en).toMatch(/Apply to the data office/);
    expect(JSON.stringify(error.details)).not.toContain('identity.name');
    expect(await refused({ grant: 'narrow', by: { idNumbers: [ANN] }, fields: ['identity.sex'] })).toMatchObject({ code: 'HUSHU-SHARING-22' });
  });

  it('refuses fields that do not exist, however they are spelt', async () => {
    for (const name of ['identity.nope', 'nope', 'identity.name; drop table', '__proto__', 'constructor', 'identity.__proto__', 'toString']) {
      expect(await refused({ by: { idNumbers: [ANN] }, fields: ['identity.name', name] })).toMatchObject({ code: 'HUSHU-SHARING-21', details: { faults: [{ pointer: '/fields/1' }] } });
    }
  });

  it('refuses a grant of another department, a grant that does not exist, and one the client is not bound to, in the same words', async () => {
    const body = { by: { idNumbers: [ANN] }, fields: ['identity.name'] };
    const answers = [await refused({ ...body, grant: 'elsewhere' }), await refused({ ...body, grant: 'nope' }), await refused(body, { ...CALLER, grant: 'narrow' })];
    expect(new Set(answers.map((error) => `${error.code} ${error.text.en}`)).size).toBe(1);
    expect(answers[0].code).toBe('HUSHU-SHARING-23');
  });

  it('refuses what the grant requires and the call lacks, and a purpose it is not for', async () => {
    const lacking = await refused({ by: { idNumbers: [ANN] }, fields: ['identity.name'], purpose: { code: 'marriage-registration' }, operator: { id: '1' } });
    expect(lacking.details.faults.map((one: { pointer: string }) => one.pointer)).toEqual(['/purpose/caseNo', '/operator/name', '/operator/unit']);
    expect(await refused({ by: { idNumbers: [ANN] }, fields: ['identity.name'], purpose: { code: 'curiosity', caseNo: '1' } })).toMatchObject({ code: 'HUSHU-SHARING-24' });
    expect(await refused({ by: { criteria: { name: '安宁' } }, fields: ['identity.name'] })).toMatchObject({ code: 'HUSHU-SHARING-25' });
  });

  it('never mixes grants when many ask at the same time', async () => {
    const asks = Array.from({ length: 300 }, (_, i) => (i % 3 === 0
      ? ask({ grant: 'insured', by: { idNumbers: [ANN] }, fields: ['medicalInsurance.employer'] })
      : i % 3 === 1 ? ask({ grant: 'town', by: { idNumbers: [BEN] }, fields: ['identity.name'] })
        : ask({ grant: 'g', by: { idNumbers: [BEN, ANN] }, fields: ['identity.name'] })));
    const answers = await Promise.all(asks);
    answers.forEach(({ items }, i) => {
      if (i % 3 === 0) expect(items[0].record).toEqual({ medicalInsurance: { employer: `${SECRET}-employer` } });
      else if (i % 3 === 1) expect(items).toEqual([{ index: 0, status: 'not_found' }]);
      else expect(items.map((item: any) => item.record.identity.name)).toEqual(['本"固\n', '安宁']);
    });
    const { quick } = hub.query.counts;
    expect(quick.transactions).toBeLessThan(quick.asks / 2);
  });

  it('lets no value of a facet that is not granted out, into the answer, the audit or the errors', async () => {
    const seen: string[] = [];
    for (const fields of [['identity', 'registration', 'residence', 'marriage', 'housing'], ['health.recordNo'], ['medicalInsurance.*', 'identity.name']]) {
      seen.push(JSON.stringify(await refused({ by: { idNumbers: [ANN] }, fields, include: ['provenance'] })), JSON.stringify(await ask({ by: { idNumbers: [ANN] }, fields }).catch(() => null)));
    }
    const { rows } = await hub.admin.query('select body from access.audit');
    expect(seen.join('')).not.toContain(SECRET);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
    expect(JSON.stringify(rows)).not.toContain('安宁');
    expect(JSON.stringify(rows)).not.toContain(ANN);
  });

  it('fails closed: without settings, with empty ones, or with another facet\'s, the views give nothing', async () => {
    const client = await hub.store.database.connect('sharing');
    const count = async (...settings: [string, string][]): Promise<number | string> => {
      await client.query('begin');
      try {
        for (const [name, value] of settings) await client.query('select set_config($1, $2, true)', [name, value]);
        return (await client.query('select from registry.health h join registry.person_card c on c.person = h.person')).rowCount!;
      } catch (error) {
        return (error as Error).message.slice(0, 30);
      } finally {
        await client.query('rollback');
      }
    };
    expect(await count()).toMatch(/^unrecognized configuration/);
    expect(await count(['hushu.facets', 'health'])).toMatch(/^unrecognized configuration/);
    expect(await count(['hushu.facets', 'identity'], ['hushu.divisions', '*'])).toBe(0);
    expect(await count(['hushu.facets', ''], ['hushu.divisions', ''])).toBe(0);
    expect(await count(['hushu.facets', 'health'], ['hushu.divisions', '*'])).toBe(1);
    expect(await count(['hushu.facets', 'health'], ['hushu.divisions', '370306102'])).toBe(0);
    expect(await count()).toBe(0);
    await expect(client.query('select from registry.person')).rejects.toThrow(/permission denied/);
    await expect(client.query('select from registry.health_row')).rejects.toThrow(/permission denied/);
    await expect(client.query('set role hushu_reader')).rejects.toThrow(/permission denied/);
    await client.end();
  });

  it('takes ten thousand ids in one call, in order', async () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? ANN : i % 3 === 0 ? BEN : NOBODY));
    const { items } = await ask({ by: { idNumbers: ids }, fields: ['identity.name', 'registration', 'marriage'] });
    expect(items.map((item: any) => [item.index, item.record?.identity.name ?? null])).toEqual(ids.map((id, i) => [i, id === ANN ? '安宁' : id === BEN ? '本"固\n' : null]));
  });

  it('serves a revoked grant no more, at once in the store and soon everywhere', async () => {
    const body = { grant: 'insured', by: { idNumbers: [ANN] }, fields: ['medicalInsurance.status'] };
    await ask(body);
    await hub.cases.revokeHolding('insured', 'misuse');
    // The gateway may still hold the grant in memory; the reading transaction does not.
    expect((await refused(body)).code).toMatch(/^HUSHU-SHARING-(10|23)$/);
    while ((await refused(body)).code !== 'HUSHU-SHARING-23') await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('leaves an audit that proves every look was within a grant that stood', async () => {
    const invariants = await auditInvariants(hub.store.database, hub.keys);
    expect(invariants.map(({ name, holds, faults }) => [name, holds, faults])).toEqual([['audit-chain', true, []], ['audit-coverage', true, []]]);
    expect(invariants[1]!.checked).toBeGreaterThan(300);
  });

  it('compiles every product of the district, now and as of then, into statements the store takes', async () => {
    const { config } = readSharingConfig(join(import.meta.dirname, '../../../../config'), hub.supply.fields);
    const client = await hub.store.database.connect('sharing');
    let n = 0;
    for (const { fields } of config.products) {
      for (const withhold of [[], [{ fields, under: 14 }]]) {
        const grant = { ...hub.directory.find('registered')!, fields, withhold };
        for (const by of ['idNumbers', 'personIds'] as const) {
          for (const asOf of [false, true]) {
            const plan = compilePlan(grant, hub.directory.catalogue, { by, fields, asOf, provenance: true });
            await client.query(`prepare plan_${n++} as ${plan.sql}`);
          }
        }
      }
    }
    await client.end();
    expect(n).toBe(config.products.length * 8);
  });

  it('says that the store is away, not that the grant is, while grants cannot be re-checked', async () => {
    const body = { by: { idNumbers: [ANN] }, fields: ['identity.name'] };
    await hub.admin.query('revoke usage on schema sharing from hushu_sharing');
    while ((await refused(body)).code !== 'HUSHU-SHARING-11') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(() => hub.directory.listHeldBy(CALLER.department)).toThrow('HUSHU-SHARING-11');
    await hub.admin.query('grant usage on schema sharing to hushu_sharing');
    while (await refused(body) !== 'answered') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(hub.directory.listHeldBy(CALLER.department)).not.toEqual([]);
  });

  it('goes on when its connection is cut', async () => {
    for (let i = 0; i < 5; i++) {
      await hub.admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'test:sharing'`);
      const { items } = await ask({ by: { idNumbers: [ANN] }, fields: ['identity.name'] });
      expect(items[0].status).toBe('found');
    }
  });
});
