import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { knownAt, LineBench, token } from '../../../../test/support/line.js';
import { insured, permitted, registered, residing } from '../../../../test/support/records.js';
import { personDossier, type DossierMoment } from './person-dossier.js';

describe('the officer’s dossier', () => {
  let bench: LineBench;
  beforeAll(async () => {
    bench = await LineBench.open('config', ['household-registration', 'medical-insurance', 'residence-registration', 'residence-permit']);
    await bench.full('household-registration', '2025-06-01', [registered('R1', 'D1', '王小明', { 父亲身份号码: 'D7' })]);
    await bench.full('medical-insurance', '2025-06-02', [insured('M1', 'D1', '王小明')]);
    await bench.delta('household-registration', '2025-06-10', [registered('R1', 'D2', '王晓明', { 曾用名: '王小明', 登记日期: '2025-06-09' })]);
    await bench.delta('residence-registration', '2025-06-11', [residing('L1', 'D9', '赵四')]);
    await bench.full('residence-permit', '2025-06-12', [permitted('Z1', 'D9', '赵四', { 民族: '11' })]);
  });
  afterAll(() => bench.close());

  const dossier = (number: string, at?: DossierMoment) => bench.store.database.transaction('operations', (client) => personDossier(client, bench.contracts, token(number), at));

  it('is found by the number of today and by the one before', async () => {
    const [now] = await dossier('D2');
    expect(now).toMatchObject({ person: token('D1'), kind: 'registered', status: '1', documents: [token('D1'), token('D2')].sort() });
    expect(await dossier('D1')).toEqual([now]);
    expect(now!.facets.identity).toMatchObject({ values: { idNumber: token('D2'), name: '王晓明', formerName: '王小明' }, validFrom: '2025-06-09', validTo: null, source: { feed: 'household-registration', origin: 'local', run: 3 } });
    expect(now!.facets.identity!.types.idNumber).toBe('document');
    expect(now!.facets.medicalInsurance).toMatchObject({ values: { status: '1', since: '2015-01-01' }, source: { feed: 'medical-insurance', run: 2 } });
    expect(now!.facets.marriage).toBeUndefined();
  });

  it('shows what was so on a day, and what the hub knew at a time', async () => {
    const [then] = await dossier('D1', { validAt: '2025-06-08' });
    expect(then!.facets.identity!.values).toMatchObject({ name: '王小明', idNumber: token('D1') });
    expect(then!.facets.identity!.validTo).toBe('2025-06-09');
    const [unknown] = await dossier('D1', { knownAt: new Date(knownAt(1)) });
    expect(unknown!.facets.medicalInsurance).toBeUndefined();
    expect(unknown!.facets.identity!.values.name).toBe('王小明');
  });

  it('says of each value who gave it where several feeds spoke', async () => {
    const [found] = await dossier('D9');
    expect(found).toMatchObject({ kind: 'provisional' });
    expect(found!.facets.identity!.sources).toMatchObject({ name: { feed: 'residence-registration' }, ethnicity: { feed: 'residence-permit', run: 5 } });
  });

  it('is nobody’s for a number nobody has', async () => {
    expect(await dossier('D404')).toEqual([]);
  });
});
