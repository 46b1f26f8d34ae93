import { rename } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContractDefinition } from '#feeds';
import { Drifts, putContractsInForce, recordKillPoints } from '#runs';
import { decideDrift } from '#staging';
import { idNumber } from '../../../../test/support/deliveries.js';
import { at, insured, registered, removed, residing, stamp, type Cells } from '../../../../test/support/handed-rows.js';
import { WholeLine, type Handed } from '../../../../test/support/whole-line.js';

const SPINE = 'household-registration';
const MEDICAL = 'medical-insurance';
const RESIDENCE = 'residence-registration';
const ADDRESS = 'standard-address';

describe('a delivery that comes late', () => {
  let line: WholeLine;
  beforeEach(async () => { line = await WholeLine.open([RESIDENCE, ADDRESS]); });
  afterEach(async () => {
    expect(line.told).toEqual([]);
    expect(await line.faults()).toEqual([]);
    await line.close();
  });

  const N = [1, 3, 5].map((n) => idNumber(n));
  const on = (day: number, rows: Cells[]): Handed => ({ feed: RESIDENCE, asOf: at(day), mode: 'delta', rows });
  const published = async (handed: Handed, counts: object = {}) => expect(await line.deliver(handed)).toMatchObject({ state: 'published', counts });
  const history = async () => (await line.admin.query(
    `select address, valid_from::text, valid_to::text from registry.residence_past where retracted_at = 'infinity' and valid_from < valid_to
     union all select address, valid_from::text, 'infinity' from registry.residence_row order by 2`)).rows;

  it('takes its place in the time of a feed of changes', async () => {
    await published(on(10, [residing(1, N[0]!, '王小明', 10), residing(2, N[1]!, '李红', 10)]), { added: 2 });
    await published(on(40, [residing(1, N[0]!, '王小明', 40, { 居住地址: '丁路4号' })]), { changed: 1 });
    await published(on(20, [residing(1, N[0]!, '王小明', 20, { 居住地址: '丙路3号' }), removed(residing(2, N[1]!, '李红', 20))]), { read: 2, changed: 2 });
    expect(await history()).toEqual([
      { address: '某街2号', valid_from: '2024-03-01', valid_to: '2025-01-21' }, { address: '某街2号', valid_from: '2024-03-01', valid_to: '2025-01-21' },
      { address: '丙路3号', valid_from: '2025-01-21', valid_to: '2025-02-10' }, { address: '丁路4号', valid_from: '2025-02-10', valid_to: 'infinity' },
    ]);
    expect((await line.admin.query(`select relname from pg_class where relname ~ '_r[0-9]+'`)).rows).toEqual([]);
  });

  it('begins its replay anew wherever the worker before broke off', async () => {
    await published(on(10, [residing(1, N[0]!, '王小明', 10)]));
    await published(on(40, [residing(1, N[0]!, '王小明', 40, { 居住地址: '丁路4号' })]));
    const late = await line.accept(on(20, [residing(1, N[0]!, '王小明', 20, { 居住地址: '丙路3号' }), residing(2, N[1]!, '李红', 20), { ...residing(3, N[2]!, '', 20) }]));
    const breaks = ['replay.opened', 'replay.delivery', 'stage.chunk.committed', 'replay.matched'];
    for (const place of breaks) {
      recordKillPoints((name) => { if (name === place) throw new Error(place); });
      await line.line.stage(late.id);
      recordKillPoints(() => undefined);
      expect(await line.ledger.find(late.id)).toMatchObject({ state: 'accepted' });
    }
    expect(line.told.splice(0)).toEqual(breaks.map((place) => `accepted undefined ${place}`));
    await line.line.stage(late.id);
    await line.line.link(late.id);
    await line.line.apply(late.id);
    expect(await line.ledger.find(late.id)).toMatchObject({ state: 'published', replayed: true, counts: { read: 3, added: 1, changed: 1, rejected: 1 } });
    expect((await line.admin.query('select row_no, rule from staging.reject')).rows).toEqual([{ row_no: 3, rule: 'required' }]);
    expect((await history()).map(({ address }) => address)).toEqual(['某街2号', '某街2号', '丙路3号', '丁路4号']);
  });

  it('is held where what was published cannot be read again as it was', async () => {
    await published(on(10, [residing(1, N[0]!, '王小明', 10)]));
    await published(on(40, [residing(1, N[0]!, '王小明', 40, { 居住地址: '丁路4号' })]));
    const before = await line.digest();
    const late = on(20, [residing(1, N[0]!, '王小明', 20, { 居住地址: '丙路3号' })]);
    const held = async (why: string) => expect(await line.deliver(late)).toMatchObject({ state: 'held', reason: { rule: 'delivery-late', text: { en: expect.stringContaining(why) } } });
    await line.admin.query(`update runs.run set contract_version = 'another' where id = 1`);
    await held('another version of the contract');
    await line.admin.query(`update runs.run r set contract_version = o.contract_version from runs.run o where r.id = 1 and o.id = 2`);
    const { storedPath } = (await line.ledger.find(1))!;
    await rename(storedPath!, `${storedPath}.away`);
    await held('stored copy');
    await line.admin.query('update runs.run set stored_path = null where id = 1');
    await held('stored copy');
    expect(await line.digest()).toEqual(before);
    await line.admin.query('update runs.run set stored_path = $1 where id = 1', [`${storedPath}.away`]);
    await published(late, { changed: 1 });
  });

  it('leaves nothing of a row that it shows to have been out of date when it came', async () => {
    await published(on(10, [residing(1, N[0]!, '王小明', 10)]));
    await published(on(40, [residing(1, N[1]!, '王小明', 15)]), { changed: 1 });
    const known = async () => (await line.admin.query(`select kind, count(*)::int4 as n from registry.person group by kind order by kind`)).rows;
    await published(on(20, [residing(1, N[0]!, '王小明', 20, { 居住地址: '丙路3号' })]), { changed: 1 });
    expect(await known()).toEqual([{ kind: 'gone', n: 1 }, { kind: 'provisional', n: 1 }]);
    expect((await history()).map(({ address, valid_to }) => [address, valid_to])).toEqual([['某街2号', '2025-01-21'], ['丙路3号', 'infinity']]);
  });

  describe('behind rejects that were driven again', () => {
    const BAD = '19801301';
    const repairs = [{ column: '出生日期', from: BAD, to: '19800101' }];
    const bad = (key: number, day: number, more: Cells = {}) => residing(key, idNumber(2 * key + 1), '王小明', day, { 出生日期: BAD, ...more });
    const good = (key: number, day: number, more: Cells = {}) => residing(key, idNumber(2 * key + 1), '王小明', day, more);
    const holding = async () => (await line.admin.query<{ no: string; address: string; run: number }>(
      `select registration_no as no, address, run from staging.residence_registration_row where role = 0 order by 1`)).rows.map(({ no, address, run }) => `${no} ${address} ${run}`);
    const rejects = async () => (await line.admin.query(
      `select run, row_no, coalesce(how, 'open') as how, by_run, by_row from staging.reject left join staging.reject_end using (run, row_no) where ordinal = 0 order by 1, 2`)).rows.map((row) => Object.values(row).join(' '));

    it('finds them driven again in their place: what it settles is moot, what it rejects once more is mended as before, wherever the worker broke off', async () => {
      await published(on(10, [bad(1, 10), bad(2, 10), bad(3, 10), bad(4, 10), good(5, 10)]), { rejected: 4 });
      await published(on(40, [good(6, 40)]));
      expect(await line.finish((await line.order(RESIDENCE, {}, repairs))!.id)).toMatchObject({ id: 3, state: 'published', asOf: new Date(at(40)), counts: { added: 4 } });
      expect(await rejects()).toEqual(['1 1 mended 3 1', '1 2 mended 3 2', '1 3 mended 3 3', '1 4 mended 3 4']);
      const moved = { 居住地址: '丙路3号' };
      const late = await line.accept(on(20, [good(1, 20, moved), bad(2, 20, moved), removed(good(3, 20)), good(5, 20, moved), bad(7, 20)]));
      const before = [await line.digest(), await rejects()];
      for (const [place, step] of [['replay.opened', 'stage'], ['stage.passed-by', 'stage'], ['replay.delivery', 'stage'], ['replay.settled', 'stage'], ['replay.matched', 'stage'], ['stage.advanced', 'stage'], ['link.advancing', 'link'], ['apply.staged', 'apply']] as const) {
        if (step !== 'stage') await line.line[step === 'link' ? 'stage' : 'link'](late.id);
        recordKillPoints((name) => { if (name === place) throw new Error(place); });
        await line.line[step](late.id);
        recordKillPoints(() => undefined);
        expect([await line.digest(), (await rejects()).slice(0, 4)]).toEqual(before);
        await line.admin.query('update runs.run set attempts = 0 where id = $1', [late.id]);
      }
      expect(line.told.splice(0)).toHaveLength(8);
      expect(await line.finish(late.id)).toMatchObject({ state: 'published', replayed: true, counts: { read: 5, rejected: 2, added: 1, changed: 1 } });
      expect(await holding()).toEqual(['L1 丙路3号 4', 'L2 丙路3号 3', 'L4 某街2号 3', 'L5 丙路3号 4', 'L6 某街2号 2']);
      expect(await rejects()).toEqual(['1 1 mended-by-supplier 4 ', '1 2 rejected-again 4 2', '1 3 mended-by-supplier 4 ', '1 4 mended 3 4', '4 2 mended 3 2', '4 5 open  ']);
      expect((await line.admin.query('select from staging.reject_end where run < 0')).rowCount).toBe(0);
      // The same file once more changes nothing, though rejects were driven again behind what it repeats.
      expect(await line.deliver(on(40, [good(6, 40)]))).toMatchObject({ state: 'published', reason: { rule: 'delivery-repeated' } });
    });

    it('stands between a delivery and its repetition: that one is read, and its rejects are the first one\'s again', async () => {
      const same = [bad(1, 10), bad(2, 10), good(5, 10)];
      await published({ ...on(10, same), mode: 'full' }, { rejected: 2 });
      await published({ ...on(40, same), mode: 'full' }, { rejected: 2 });
      await line.finish((await line.order(RESIDENCE, {}, repairs))!.id);
      await published(on(20, [good(1, 5, { 居住地址: '丙路3号' }), good(8, 20)]), { added: 2 });
      expect(await holding()).toEqual(['L1 某街2号 3', 'L2 某街2号 3', 'L5 某街2号 1']);
      expect(await rejects()).toEqual(['1 1 mended 3 1', '1 2 mended 3 2']);
    });

    it('reads each of them by the contract it was read by, what people mapped in between with it', async () => {
      const { catalogue, store: { database } } = line;
      await putContractsInForce<ContractDefinition>(database, catalogue.definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition })), 'test', () => ({}));
      const strange = { 性别: '男性' };
      await published(on(10, [good(1, 10, strange), good(2, 10, strange), good(3, 10, strange)]), { rejected: 3 });
      const drifts = new Drifts(database, line.ledger);
      const [entry] = await drifts.list({ feed: RESIDENCE, kind: 'code-new' }, { limit: 10 });
      await decideDrift(drifts, entry!.id, { verb: 'map', by: '张科长', reason: '供数部门来函说明', to: '1' });
      await published(on(40, [good(6, 40)]));
      await line.finish((await line.order(RESIDENCE, {}))!.id);
      await published(on(20, [good(2, 20, { ...strange, 居住地址: '丙路3号' }), bad(4, 20, strange)]), { rejected: 1, added: 1 });
      expect(await holding()).toEqual(['L1 某街2号 3', 'L2 丙路3号 4', 'L3 某街2号 3', 'L6 某街2号 2']);
      expect(await rejects()).toEqual(['1 1 mended 3 1', '1 2 mended-by-supplier 4 ', '1 3 mended 3 3', '4 2 open  ']);
      expect((await line.admin.query('select count(distinct contract_version)::int4 as versions from runs.run')).rows).toEqual([{ versions: 2 }]);
    });

    it('is held where what was driven again would be rejected for another reason behind it', async () => {
      await published(on(10, [bad(1, 10), good(5, 10)]), { rejected: 1 });
      await published(on(40, [good(6, 40)]));
      await line.finish((await line.order(RESIDENCE, {}, repairs))!.id);
      const before = [await line.digest(), await rejects(), await holding()];
      expect(await line.deliver(on(20, [bad(1, 20, { 来本地日期: '20243399' })]))).toMatchObject({
        state: 'held', reason: { rule: 'delivery-late', text: { en: expect.stringContaining('run 3, read again behind it, would reject other rows than it did') }, hint: { en: expect.stringContaining('Discard it') } },
      });
      await line.line.sweepLeftovers();
      expect([await line.digest(), (await rejects()).slice(0, 1), await holding()]).toEqual(before);
    });

    it('comes to the same whether it or an order of the same moment is first', async () => {
      const both = async (day: number, first: number) => {
        await published(on(day, [bad(first, day), bad(first + 1, day)]), { rejected: 2 });
        await published(on(day + 9, [good(90, day + 9)]));
        return { driven: (await line.order(RESIDENCE, {}, repairs))!.id, late: (await line.accept(on(day + 5, [good(first, day + 5, { 居住地址: '丙路3号' })]))).id };
      };
      const one = await both(10, 1);
      // The older goes first, whoever is asked first.
      await line.line.stage(one.driven);
      expect((await line.ledger.find(one.driven))!.state).toBe('accepted');
      expect(await line.finish(one.late)).toMatchObject({ state: 'published', replayed: true });
      expect(await line.finish(one.driven)).toMatchObject({ state: 'published', counts: { added: 1, unchanged: 1 } });
      const { driven, late } = await both(30, 3);
      await line.admin.query(`update runs.run set state = 'held' where id = $1`, [late]);
      await line.line.stage(driven);
      await line.admin.query(`update runs.run set state = 'accepted' where id = $1`, [late]);
      // What is staged is published before the feed is read again.
      await line.line.stage(late);
      expect((await line.ledger.find(late))!.state).toBe('accepted');
      await line.line.link(driven);
      await line.line.apply(driven);
      expect(await line.finish(late)).toMatchObject({ state: 'published', replayed: true });
      expect((await holding()).map((row) => row.replace(/ \d+$/, ''))).toEqual(['L1 丙路3号', 'L2 某街2号', 'L3 丙路3号', 'L4 某街2号', 'L90 某街2号']);
      expect((await rejects()).map((row) => row.split(' ')[2])).toEqual(['mended-by-supplier', 'mended', 'mended-by-supplier', 'mended']);
    });
  });

  it('takes its place in the register of addresses', async () => {
    const address = (code: string, text: string, day: number, operation = '增'): Cells => ({
      标准地址编码: code, 区划: '370306001', 门楼牌: '某路1号', 地址全称: text, 状态: '启用', 更新时间: stamp(day), 操作类型: operation,
    });
    const register = (day: number, rows: Cells[]): Handed => ({ feed: ADDRESS, asOf: at(day), mode: 'delta', rows });
    await published(register(10, [address('A1', '甲路1号', 10), address('A2', '乙路2号', 10)]));
    await published(register(40, [address('A3', '丙路3号', 40)]));
    await published(register(20, [address('A1', '甲路11号', 20), address('A2', '乙路2号', 20, '删')]), { changed: 2 });
    expect((await line.admin.query('select address_code, address from reconcile.standard_address order by 1')).rows)
      .toEqual([{ address_code: 'A1', address: '甲路11号' }, { address_code: 'A3', address: '丙路3号' }]);
  });
});

describe('a late delivery of the register that has a person under an earlier number', () => {
  it('makes that number their key: the old one is gone, is told as such, and still leads to them', async () => {
    const line = await WholeLine.open([SPINE, MEDICAL]);
    try {
      const [earlier, later] = [idNumber(3), idNumber(5)];
      const deliver = async (feed: string, day: number, mode: 'full' | 'delta', rows: Cells[]) => expect(await line.deliver({ feed, asOf: at(day), mode, rows })).toMatchObject({ state: 'published' });
      const keyOf = async (kind: string): Promise<string[]> => (await line.admin.query<{ person: string }>('select person from registry.person where kind = $1 order by 1', [kind])).rows.map(({ person }) => person);
      await deliver(SPINE, 40, 'delta', [registered(1, later, '王小明', 40)]);
      await deliver(MEDICAL, 41, 'full', [insured(1, later, '王小明')]);
      const [before] = await keyOf('registered');
      await deliver(SPINE, 10, 'delta', [registered(1, earlier, '王小明', 10)]);
      const [now, ...others] = await keyOf('registered');
      expect([now === before, others, await keyOf('gone'), await keyOf('provisional')]).toEqual([false, [], [before], []]);
      // The old key is the token of the number they have today: by it they are found, and so is whatever speaks of that number.
      expect((await line.admin.query('select document, person from registry.document_alias')).rows).toEqual([{ document: before, person: now }]);
      expect((await line.admin.query('select person from registry.medical_insurance_row')).rows).toEqual([{ person: now }]);
      const { rows: told } = await line.admin.query(`select distinct op, unnest(persons) as person from registry.change where run = 3 and facet = 'registration' order by op`);
      expect(told).toEqual([{ op: 'D', person: before }, { op: 'I', person: now }]);
      expect([line.told, await line.faults()]).toEqual([[], []]);
    } finally {
      await line.close();
    }
  });
});
