import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { knownAt, LineBench, sourceKey, token } from '../../../../test/support/line.js';
import { insured, pensioned, permitted, registered, residing } from '../../../../test/support/records.js';
import { registryInvariants } from '../verify/registry-invariants.js';

const SPINE = 'household-registration';
const MEDICAL = 'medical-insurance';
const FEEDS = [SPINE, MEDICAL, 'pension', 'residence-registration', 'residence-permit', 'standard-address'];

describe('history', () => {
  let bench: LineBench;
  beforeEach(async () => { bench = await LineBench.open('config', FEEDS); });
  afterEach(async () => {
    for (const { name, sql } of registryInvariants(bench.contracts)) expect([name, await bench.rows(sql)]).toEqual([name, []]);
    await bench.close();
  });

  const statusAt = async (valid: string, known?: string) => (await bench.facet('medical_insurance', token('D1'), { valid, known })).map(({ status }) => status);

  it('closes a version and opens another on the day of the delivery', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-05', [insured('M1', 'D1', '王小明', { 参保状态: '1' })]);
    await bench.full(MEDICAL, '2025-07-05', [insured('M1', 'D1', '王小明', { 参保状态: '2' })]);
    expect(await statusAt('2014-12-31')).toEqual([]);
    expect(await statusAt('2015-01-01')).toEqual(['1']);
    expect(await statusAt('2025-07-04')).toEqual(['1']);
    expect(await statusAt('2025-07-05')).toEqual(['2']);
    // Before the third run the hub knew no better than that it was still so.
    expect(await statusAt('2025-07-05', knownAt(2))).toEqual(['1']);
    expect(await statusAt('2025-07-05', knownAt(1))).toEqual([]);
  });

  it('takes the row’s own date where it has one that is later than the version before', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.delta(SPINE, '2025-06-20', [registered('R1', 'D1', '王小明', { 户籍地址: '新路9号', 状态日期: '2025-06-17' })]);
    expect((await bench.facet('registration', token('D1')))[0]).toMatchObject({ address: '新路9号', valid_from: '2025-06-17' });
  });

  it('closes the facet of a row a full delivery no longer names, and keeps the person', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full(MEDICAL, '2025-06-05', [insured('M1', 'D1', '王小明'), insured('M2', 'D2', '李红')]);
    await bench.full(MEDICAL, '2025-07-05', [insured('M2', 'D2', '李红')]);
    expect(await bench.facet('medical_insurance', token('D1'))).toEqual([]);
    expect(await statusAt('2025-07-04')).toEqual(['1']);
    expect(await bench.rows('select kind from registry.person where person = $1', [token('D1')])).toEqual([{ kind: 'registered' }]);
  });

  it('serves the latest of two rows of one person, and the other one when that ends', async () => {
    await bench.full(MEDICAL, '2025-06-05', [
      insured('M1', 'D1', '王小明', { 参保状态: '1', 最近缴费月: '2025-05-01' }), insured('M2', 'D1', '王小明', { 参保状态: '2', 最近缴费月: '2025-04-01' }),
    ]);
    expect(await statusAt('2025-06-06')).toEqual(['1']);
    await bench.full(MEDICAL, '2025-07-05', [insured('M2', 'D1', '王小明', { 参保状态: '2', 最近缴费月: '2025-04-01' })]);
    expect(await statusAt('2025-07-06')).toEqual(['2']);
    expect(await statusAt('2025-06-06')).toEqual(['1']);
  });

  it('takes back a facet that was never theirs when the register shows the name to be another’s', async () => {
    await bench.full(MEDICAL, '2025-06-05', [insured('M1', 'D1', '王小明')]);
    await bench.full(SPINE, '2025-06-10', [registered('R1', 'D1', '李红')]);
    expect(await statusAt('2025-06-06')).toEqual([]);
    expect(await statusAt('2025-06-06', knownAt(1))).toEqual(['1']);
    expect((await bench.facet('identity', token('D1'), { valid: '2025-06-06' })).map(({ name }) => name)).toEqual(['李红']);
  });

  it('keeps a registered person with their status when they die or move out', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.delta(SPINE, '2025-06-20', [registered('R1', 'D1', '王小明', { 人员状态: '3', 状态日期: '2025-06-15' })]);
    expect(await bench.rows('select kind, status from registry.person')).toEqual([{ kind: 'registered', status: '3' }]);
    expect(await bench.facet('identity', token('D1'))).toMatchObject([{ death_date: '2025-06-15' }]);
    expect(await bench.facet('identity', token('D1'), { valid: '2025-06-14' })).toMatchObject([{ death_date: null }]);
    // Nothing says where the dead live.
    expect(await bench.facet('residence', token('D1'))).toEqual([]);
  });

  it('makes a person provisional whom the spine no longer has, from then on', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明'), registered('R2', 'D2', '李红')]);
    await bench.full(MEDICAL, '2025-06-05', [insured('M1', 'D1', '王小明')]);
    await bench.delta(SPINE, '2025-06-20', [], ['R1', 'R2']);
    expect(await bench.rows('select person, kind from registry.person order by kind')).toEqual([{ person: token('D2'), kind: 'gone' }, { person: token('D1'), kind: 'provisional' }]);
    expect(await bench.facet('identity', token('D1'))).toMatchObject([{ source_feed: MEDICAL, valid_from: '2025-06-20' }]);
    expect(await bench.facet('identity', token('D1'), { valid: '2025-06-19' })).toMatchObject([{ source_feed: SPINE }]);
  });

  it('chooses residence by precedence, whole, and notes what lost', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full('residence-permit', '2025-06-02', [permitted('Z1', 'D1', '王小明')]);
    expect(await bench.facet('residence', token('D1'))).toMatchObject([{ division: '370306003', source_feed: 'residence-permit' }]);
    await bench.delta('residence-registration', '2025-06-03', [residing('L1', 'D1', '王小明', { 居住地址: '某路3号' })]);
    expect(await bench.facet('residence', token('D1'))).toMatchObject([{ division: '370306004', address: '某路3号', since: '2021-03-01', source_feed: 'residence-registration' }]);
    expect(await bench.rows(`select attribute, winner_value, other_feed, other_value from reconcile.conflict where facet = 'residence' and attribute = 'address' order by other_feed`)).toEqual([
      { attribute: 'address', winner_value: '某路3号', other_feed: SPINE, other_value: '某路1号' },
      { attribute: 'address', winner_value: '某路3号', other_feed: 'residence-permit', other_value: '某路2号' },
    ]);
    expect(await bench.rows(`select attribute, feed from reconcile.resolved_value where facet = 'residence' order by attribute`)).toEqual(
      ['address', 'division', 'since'].map((attribute) => ({ attribute, feed: 'residence-registration' })));
  });

  it('ends a residence on the day its person left, whether that is told at first or later', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.delta('residence-registration', '2025-06-03', [residing('L1', 'D1', '王小明'), residing('L2', 'D8', '李红', { 离开日期: '2024-05-01' })]);
    const livesAt = async (number: string, valid: string) => (await bench.facet('residence', token(number), { valid })).map(({ division }) => division);
    expect(await bench.facet('residence', token('D1'))).toMatchObject([{ division: '370306004', since: '2021-03-01' }]);
    expect(await bench.facet('residence', token('D8'))).toEqual([]);
    expect(await livesAt('D8', '2024-04-30')).toEqual(['370306004']);
    expect(await livesAt('D8', '2024-05-01')).toEqual([]);
    await bench.delta('residence-registration', '2025-07-01', [residing('L1', 'D1', '王小明', { 离开日期: '2025-06-28' })]);
    // Who is registered here and lives nowhere else is taken to live where they are registered.
    expect(await bench.facet('residence', token('D1'))).toMatchObject([{ division: '370306001', valid_from: '2025-06-28', source_feed: SPINE }]);
    expect(await livesAt('D1', '2025-06-27')).toEqual(['370306004']);
    expect(await bench.facet('identity', token('D8'))).toMatchObject([{ name: '李红' }]);
    await bench.delta('residence-registration', '2025-08-01', [residing('L1', 'D1', '王小明', { 来本地日期: '2025-07-20', 居住地址: '某路4号' })]);
    expect(await bench.facet('residence', token('D1'))).toMatchObject([{ address: '某路4号', valid_from: '2025-07-20' }]);
    expect(await livesAt('D1', '2025-07-19')).toEqual(['370306001']);
  });

  it('fills a provisional identity value by value, and says who gave which', async () => {
    await bench.full('residence-permit', '2025-06-02', [permitted('Z1', 'D9', '赵四', { 民族: '11' })]);
    await bench.delta('residence-registration', '2025-06-03', [residing('L1', 'D9', '赵四')]);
    const [identity] = await bench.facet('identity', token('D9'));
    expect(identity).toMatchObject({ name: '赵四', ethnicity: '11', source_feed: 'residence-registration' });
    expect(identity!.attribute_runs).toContain('1');
    expect(await bench.rows(`select attribute from reconcile.conflict where facet = 'identity'`)).toEqual([]);
    // Written otherwise is not another name; a name that only sounds the same is.
    await bench.delta('residence-registration', '2025-06-04', [residing('L2', 'D7', '馬伟')]);
    await bench.full('residence-permit', '2025-06-05', [permitted('Z2', 'D7', '马偉'), permitted('Z3', 'D9', '赵肆', { 民族: '11' })]);
    expect(await bench.rows(`select person, winner_value, other_value from reconcile.conflict where facet = 'identity'`)).toEqual([
      { person: token('D9'), winner_value: '赵四', other_value: '赵肆' },
    ]);
  });

  it('matches addresses by code, then by text where exactly one standard address has it', async () => {
    await bench.full('standard-address', '2025-05-01', [
      { key: 'A1', 标准地址编码: 'A1', 区划: '370306001', 地址全称: '某路1号' }, { key: 'A2', 标准地址编码: 'A2', 区划: '370306001', 地址全称: '某路2号' },
      { key: 'A3', 标准地址编码: 'A3', 区划: '370306001', 地址全称: '某路2号' },
    ]);
    await bench.full(SPINE, '2025-06-01', [
      registered('R1', 'D1', '王小明', { 标准地址编码: 'A3', 户籍地址: '某路1号' }), registered('R2', 'D2', '李红', { 标准地址编码: 'X', 户籍地址: '某路1号' }),
      registered('R3', 'D3', '赵四', { 户籍地址: '某路2号' }),
    ]);
    const codes: unknown[] = [];
    for (const number of ['D1', 'D2', 'D3']) codes.push((await bench.facet('registration', token(number)))[0]!.address_code);
    expect(codes).toEqual(['A3', 'A1', null]);
    await bench.delta('standard-address', '2025-06-02', [], ['A3']);
    expect((await bench.facet('registration', token('D3')))[0]!.address_code).toBe('A2');
  });

  it('writes whose facets changed in chunks', async () => {
    await bench.full(SPINE, '2025-06-01', [registered('R1', 'D1', '王小明')]);
    await bench.full('pension', '2025-06-05', [pensioned('P1', 'D1', '王小明'), pensioned('P2', 'D2', '李红')]);
    expect(await bench.rows('select op, facet, persons from registry.change where run = 2 order by facet')).toEqual([
      { op: 'I', facet: 'identity', persons: `{${token('D2')}}` },
      { op: 'I', facet: 'pension', persons: `{${token('D1')},${token('D2')}}` },
    ]);
    await bench.full('pension', '2025-07-05', [pensioned('P1', 'D1', '王小明', { 参保状态: '2' })]);
    expect(await bench.rows('select run, op, facet, persons from registry.change where run = 3 order by chunk')).toEqual([
      { run: '3', op: 'D', facet: 'identity', persons: `{${token('D2')}}` },
      { run: '3', op: 'D', facet: 'pension', persons: `{${token('D2')}}` },
      { run: '3', op: 'U', facet: 'pension', persons: `{${token('D1')}}` },
    ]);
  });

  it('knows households by their members and kin by their numbers, whoever came first', async () => {
    await bench.full(SPINE, '2025-06-01', [
      registered('R1', 'D1', '王小明', { 父亲身份号码: 'D2', 与户主关系: '20' }), registered('R2', 'D2', '王大明', { 与户主关系: '02' }), registered('R3', 'D3', '李红', { 户号: 'H2', 母亲身份号码: 'D8' }),
    ]);
    expect(await bench.rows('select household_no, members from registry.household order by 1')).toEqual([{ household_no: 'H1', members: '2' }, { household_no: 'H2', members: '1' }]);
    expect(await bench.rows('select person, kind, relative from registry.relation order by kind')).toEqual([
      { person: token('D1'), kind: 'father', relative: token('D2') }, { person: token('D3'), kind: 'mother', relative: null },
    ]);
    await bench.full(MEDICAL, '2025-06-02', [insured('M8', 'D8', '赵八')]);
    expect(await bench.facet('kin', token('D3'))).toMatchObject([{ mother: token('D8') }]);
    expect(sourceKey(SPINE, 'R1')).not.toBe(token('D1'));
  });
});
