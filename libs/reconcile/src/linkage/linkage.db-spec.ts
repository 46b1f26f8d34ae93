import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LineBench, sourceKey, token } from '../../../../test/support/line.js';
import { insured, onRecord, pensioned, permitted, registered } from '../../../../test/support/records.js';

const SPINE = 'household-registration';
const MEDICAL = 'medical-insurance';

describe('linkage', () => {
  let bench: LineBench;
  beforeEach(async () => { bench = await LineBench.open('config', [SPINE, MEDICAL, 'pension', 'health-record', 'residence-permit']); });
  afterEach(() => bench.close());

  const exceptions = () => bench.rows(`select subject_key, feed, source_key, person, state, rule from reconcile.crosswalk_exception order by feed, source_key`);
  const persons = () => bench.rows(`select person, kind, status from registry.person order by person`);
  const insurance = (number: string) => bench.facet('medical_insurance', token(number));

  it('links a row by its number and an equal name without keeping a word about it', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '王小明')]);
    expect(await exceptions()).toEqual([]);
    expect(await insurance('D1')).toMatchObject([{ person: token('D1'), status: '1', insurance_type: '310', source_feed: MEDICAL, valid_from: '2015-01-01' }]);
    expect(await persons()).toEqual([{ person: token('D1'), kind: 'registered', status: '1' }]);
  });

  it('links a name that only sounds the same, and says by which rule', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '王晓明')]);
    expect(await exceptions()).toMatchObject([{ feed: MEDICAL, person: token('D1'), state: 'linked', rule: 'number-and-name-same-sound' }]);
    expect(await insurance('D1')).toHaveLength(1);
    expect(await bench.rows('select attribute, winner_value, other_value from reconcile.conflict')).toEqual([{ attribute: 'name', winner_value: '王小明', other_value: '王晓明' }]);
  });

  it('notes a sex that disagrees, and none that is not stated', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明'), registered('R2', 'D2', '李小红'), registered('R3', 'D3', '张小兰', { 性别: '9' })]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '王小明', { 性别: '2' }), insured('M2', 'D2', '李小红', { 性别: '9' }), insured('M3', 'D3', '张小兰', { 性别: '2' })]);
    expect(await bench.rows('select person, winner_value, other_value from reconcile.conflict')).toEqual([{ person: token('D1'), winner_value: '1', other_value: '2' }]);
  });

  it('sends a row with the number of one and the name of another to review and serves it of nobody', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '李红')]);
    expect(await exceptions()).toMatchObject([{ feed: MEDICAL, person: null, state: 'review', rule: 'name-disagrees' }]);
    expect(await bench.rows('select state, reason, source_key from reconcile.review_task')).toEqual([{ state: 'open', reason: 'name-disagrees', source_key: sourceKey(MEDICAL, 'M1') }]);
    expect(await insurance('D1')).toEqual([]);
  });

  it('withdraws the review and links when the name is corrected', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '李红')]);
    await bench.full(MEDICAL, '2025-06-03', [insured('M1', 'D1', '王小明')]);
    expect(await exceptions()).toEqual([]);
    expect(await bench.rows('select state from reconcile.review_task')).toEqual([{ state: 'withdrawn' }]);
    expect(await insurance('D1')).toHaveLength(1);
  });

  it('makes whoever is not registered a provisional person, one over all feeds', async () => {
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D9', '赵四')]);
    await bench.delta('health-record', '2025-06-03', [onRecord('J1', 'D9', '赵四')]);
    expect(await persons()).toEqual([{ person: token('D9'), kind: 'provisional', status: null }]);
    expect(await bench.facet('identity', token('D9'))).toMatchObject([{ name: '赵四', source_feed: MEDICAL }]);
    expect(await bench.facet('health', token('D9'))).toHaveLength(1);
  });

  it('keeps a person without any document by the row that speaks of them', async () => {
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', null, '无名')]);
    expect(await persons()).toMatchObject([{ kind: 'provisional' }]);
  });

  it('keeps the person when the spine corrects the number, and finds them by both', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.delta(SPINE, '2025-06-02', [registered('R1', 'D2', '王小明')]);
    await bench.full(MEDICAL, '2025-06-03', [insured('M1', 'D2', '王小明')]);
    await bench.full('pension', '2025-06-03', [pensioned('P1', 'D1', '王小明')]);
    expect(await persons()).toEqual([{ person: token('D1'), kind: 'registered', status: '1' }]);
    expect(await bench.facet('identity', token('D1'))).toMatchObject([{ document: token('D2') }]);
    expect(await insurance('D1')).toHaveLength(1);
    expect(await bench.facet('pension', token('D1'))).toHaveLength(1);
    expect(await bench.rows('select document, person from registry.document_owner where document = any ($1)', [[token('D1'), token('D2')]]))
      .toEqual(expect.arrayContaining([{ document: token('D1'), person: token('D1') }, { document: token('D2'), person: token('D1') }]));
  });

  it('tells two holders of one number apart by name', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明'), registered('R2', 'D1', '李红', { 性别: '2' })]);
    const [first, second] = [sourceKey(SPINE, 'R1'), sourceKey(SPINE, 'R2')].sort();
    expect((await persons()).map(({ person }) => person).sort()).toEqual([token('D1'), second].sort());
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '李红', { 性别: '2' }), insured('M2', 'D1', '王小明'), insured('M3', 'D1', '张三')]);
    const ofRed = first === sourceKey(SPINE, 'R2') ? token('D1') : second!;
    expect(await bench.facet('medical_insurance', ofRed)).toHaveLength(1);
    expect((await exceptions()).filter(({ state }) => state === 'review')).toMatchObject([{ source_key: sourceKey(MEDICAL, 'M3'), rule: 'name-disagrees' }]);
  });

  it('keys a second holder who comes later by their own record', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.delta(SPINE, '2025-06-02', [registered('R2', 'D1', '李红')]);
    expect((await persons()).map(({ person }) => person).sort()).toEqual([token('D1'), sourceKey(SPINE, 'R2')].sort());
    expect(await bench.facet('identity', token('D1'))).toMatchObject([{ name: '王小明' }]);
    expect(await bench.rows('select person from registry.document_owner where document = $1', [token('D1')])).toHaveLength(2);
  });

  it('reviews among feeds when nobody is registered: the feed that goes first in precedence says who it is', async () => {
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D9', '赵四')]);
    await bench.full('residence-permit', '2025-06-03', [permitted('Z1', 'D9', '钱七')]);
    expect(await exceptions()).toMatchObject([{ feed: MEDICAL, state: 'review' }]);
    expect(await bench.facet('identity', token('D9'))).toMatchObject([{ name: '钱七' }]);
    expect(await insurance('D9')).toEqual([]);
  });

  it('keeps the key of a provisional person whom the spine registers later', async () => {
    await bench.full(MEDICAL, '2025-06-01', [insured('M1', 'D1', '王小明')]);
    await bench.full(SPINE, '2025-06-02', [registered('R1', 'D1', '王小明')]);
    expect(await persons()).toEqual([{ person: token('D1'), kind: 'registered', status: '1' }]);
    expect(await bench.facet('identity', token('D1'))).toMatchObject([{ source_feed: SPINE }]);
    expect(await insurance('D1')).toHaveLength(1);
  });

  it('honours a decision made by hand until its evidence changes', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M1', 'D1', '李红')]);
    await bench.rows(`update reconcile.review_task set state = 'decided', person = $1, decided_by = 'officer', closed_at = now()`, [token('D1')]);
    await bench.full(MEDICAL, '2025-06-03', [insured('M1', 'D1', '李红', { 参保状态: '2' })]);
    expect(await insurance('D1')).toMatchObject([{ status: '2' }]);
    await bench.full(MEDICAL, '2025-06-04', [insured('M1', 'D1', '孙八', { 参保状态: '2' })]);
    expect(await insurance('D1')).toEqual([]);
  });
});
