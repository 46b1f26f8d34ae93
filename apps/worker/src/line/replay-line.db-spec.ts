import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { Copies, recordKillPoints, Replays, type Replay, type Run } from '#runs';
import { CopyKeeper, copyFaults, fileStatOf, readRetentionSettings, stagingInvariants } from '#staging';
import { idNumber } from '../../../../test/support/deliveries.js';
import { WholeLine } from '../../../../test/support/whole-line.js';
import { ReplayLine } from './replay-line.js';

const MEDICAL = 'medical-insurance';
const RESIDENCE = 'residence-registration';

const at = (day: number): string => new Date(Date.UTC(2025, 0, 1 + day)).toISOString();
type Cells = Record<string, string>;

const insured = (key: number, more: Cells = {}): Cells => ({
  参保编号: `M${key}`, 证件类型: '01', 证件号码: idNumber(2 * key + 1), 姓名: '王小明', 性别: '1', 出生日期: '19800101', 险种: '职工', 参保状态: '1', 首次参保日期: '20100101', 最近缴费月: '202412', 参保地区划: '370306', ...more,
});
const residing = (key: number, day: number, more: Cells = {}): Cells => ({
  登记编号: `L${key}`, 证件类型: '居民身份证', 证件号码: idNumber(2 * key + 1), 姓名: '王小明', 性别: '男', 出生日期: '19800101', 居住地区划: '370306100', 居住地址: '某街2号', 来本地日期: '20240301',
  更新时间: `${at(day).slice(0, 10).replaceAll('-', '')}120000`, 操作类型: '增', ...more,
});
const people = (from: number, to: number, more: Cells = {}): Cells[] => Array.from({ length: to - from }, (_, i) => insured(from + i, more));

/** Of one feed that delivers all it has and one that delivers what changed: everything that can become of a delivery. */
describe('a past run, read again from its stored delivery', () => {
  let line: WholeLine, keys: Keys, keyFolder: string, replays: Replays, replayLine: ReplayLine;
  const errors: unknown[] = [];
  const runs: Record<string, number> = {};

  beforeAll(async () => {
    keyFolder = await mkdtemp(join(tmpdir(), 'hushu-keys-'));
    keys = await loadKeys(keyFolder);
    line = await WholeLine.open([MEDICAL, RESIDENCE], { keys });
    const { ledger, catalogue, store: { database } } = line;
    replays = new Replays(database, systemClock);
    replayLine = new ReplayLine({ database, ledger, catalogue, keys, replays, worker: 'test', onError: (_id, error) => errors.push(error) });
    catalogue.get(MEDICAL).limits.shrink = 0.5;
    const full = (day: number, rows: Cells[]) => line.deliver({ feed: MEDICAL, asOf: at(day), mode: 'full', rows });
    const on = (day: number, rows: Cells[]) => line.deliver({ feed: RESIDENCE, asOf: at(day), mode: 'delta', rows });
    const note = (name: string, run: Run, state: string): void => {
      expect([name, run.state]).toEqual([name, state]);
      runs[name] = run.id;
    };
    note('first', await full(10, people(0, 20)), 'published');
    note('with rejects', await full(20, [...people(0, 15), insured(15, { 出生日期: '19801301' }), insured(16, { 参保单位: '甲厂' }), insured(17), insured(17), insured(18), insured(18, { 参保单位: '乙厂' }), insured(30)]), 'published');
    note('the same again', await full(21, [...people(0, 15), insured(15, { 出生日期: '19801301' }), insured(16, { 参保单位: '甲厂' }), insured(17), insured(17), insured(18), insured(18, { 参保单位: '乙厂' }), insured(30)]), 'published');
    note('discarded', await full(25, people(0, 5)), 'held');
    await ledger.decide(runs.discarded!, 'discard', { by: '甲', reason: '不完整' });
    note('released', await full(30, people(0, 8)), 'held');
    for (const by of ['甲', '乙']) await ledger.decide(runs.released!, 'release', { by, reason: '已核实' });
    await line.finish(runs.released!);
    note('refused', await otherColumns(35), 'refused');
    note('clean', await full(40, people(0, 12)), 'published');
    note('first of changes', await on(10, [residing(1, 10), residing(2, 10), residing(3, 10)]), 'published');
    note('changes', await on(40, [residing(1, 40, { 居住地址: '丁路4号' }), residing(4, 40, { 出生日期: '19801301' }), { ...residing(3, 40), 操作类型: '删' }]), 'published');
    note('late', await on(20, [residing(1, 20, { 居住地址: '丙路3号' }), residing(2, 20, { 居住地址: '丙路3号' })]), 'published');
    note('driven again', await line.finish((await line.order(RESIDENCE, {}, [{ column: '出生日期', to: '19800101' }]))!.id), 'published');
    note('late behind it', await on(30, [residing(2, 30, { 居住地址: '己路6号' }), residing(4, 30, { 离开日期: '20251301' }), residing(6, 30)]), 'published');
    note('after', await on(50, [residing(4, 50, { 居住地址: '戊路5号' }), residing(5, 50)]), 'published');
    await line.line.sweepLeftovers();
    expect(line.told).toEqual([]);
  });
  afterAll(async () => {
    expect(await line.faults()).toEqual([]);
    await line?.close();
    await rm(keyFolder, { recursive: true, force: true });
  });

  /** A file that is no delivery of the feed. */
  async function otherColumns(day: number): Promise<Run> {
    const filePath = join(line.folder, 'other.csv');
    writeFileSync(filePath, '甲,乙\n1,2\n');
    const { bytes, stat } = await fileStatOf(filePath);
    const { id } = await line.ledger.accept({
      feed: MEDICAL, fileName: 'other.csv', filePath, fileBytes: bytes, fileStat: stat, contractVersion: line.catalogue.get(MEDICAL).version, mode: 'full', batchNo: null, asOf: new Date(at(day)),
    });
    await line.line.stage(id);
    return (await line.ledger.find(id))!;
  }

  const replay = async (run: number): Promise<Replay> => {
    const { id } = (await replays.order(run, '甲'))!;
    await replayLine.perform(id);
    return (await replays.find(id))!;
  };
  const left = async () => (await line.admin.query(
    `select relname as what from pg_class where relname ~ '_r-?[0-9]+' union all select 'change' from staging.change union all select 'removal' from staging.removal union all select 'chunk' from runs.chunk where run < 0`)).rows;
  const stored = async (run: number): Promise<string> => (await line.ledger.find(run))!.storedPath!;

  it('comes to the same, whatever became of it, and leaves nothing behind', async () => {
    const before = await line.digest();
    const found: unknown[] = [];
    for (const [name, run] of Object.entries(runs)) {
      const { state, verdict, finding, reason } = await replay(run);
      found.push([name, state, verdict, finding?.compared.join(' '), finding?.then, finding?.now, reason?.text.en]);
    }
    const same = (name: string, compared: string) => [name, 'done', 'same', compared, {}, {}, undefined];
    const all = 'outcome delivery counts rows history';
    expect(found).toEqual([
      same('first', all), same('with rejects', all), same('the same again', 'outcome delivery rows history'), same('discarded', 'outcome delivery counts'), same('released', all),
      same('refused', 'outcome'), same('clean', all), same('first of changes', all), same('changes', all), same('late', all), same('driven again', all), same('late behind it', all), same('after', all),
    ]);
    expect(await line.digest()).toEqual(before);
    expect(await left()).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('tells how many rows differ where the store was changed behind the hub\'s back, as hushu verify does', async () => {
    const wrong = async () => {
      const found: string[] = [];
      for (const { name, sql } of stagingInvariants(line.catalogue.contracts)) for (const { what } of (await line.admin.query<{ what: string }>(sql)).rows) found.push(`${name}: ${what}`);
      return found;
    };
    expect(await wrong()).toEqual([]);
    const { rows: [was] } = await line.admin.query('select state_past from runs.run where id = $1', [runs.after]);
    await line.admin.query(`update runs.run set state_past = '0' where id = $1`, [runs.after]);
    expect(await wrong()).toEqual([`what the last run left is what is there · ${RESIDENCE}: ${runs.after}`]);
    expect(await replay(runs.after!)).toMatchObject({
      state: 'done', verdict: 'differs', finding: { differs: ['history'], then: { history: '0' }, now: { history: was.state_past }, rows: { missing: 0, extra: 0, other: 0, past: 0 } },
    });
    await line.admin.query('update runs.run set state_past = $2 where id = $1', [runs.after, was.state_past]);
    expect(await wrong()).toEqual([]);

    await line.admin.query(`update staging.medical_insurance_row set name = '王大明' where source_key = (select min(source_key::text)::uuid from staging.medical_insurance_row)`);
    expect(await wrong()).toEqual([`what the last run left is what is there · ${MEDICAL}: ${runs.clean}`]);
    await line.admin.query(`update runs.run set state_shape = null where id = $1`, [runs.clean]);
    expect(await replay(runs.clean!)).toMatchObject({ verdict: 'differs', finding: { differs: ['rows'], rows: { missing: 0, extra: 0, other: 1, past: 0 } } });
    await line.admin.query(`update staging.medical_insurance_row set name = '王小明' where name = '王大明'`);
    expect(await replay(runs.clean!)).toMatchObject({ verdict: 'same', finding: { rows: { missing: 0, extra: 0, other: 0, past: 0 } } });
    await line.admin.query('update runs.run r set state_shape = o.state_shape from runs.run o where r.id = $1 and o.id = $2', [runs.clean, runs.first]);
    expect(await left()).toEqual([]);
  });

  it('is kept sealed: what lies there is compressed, says nothing, and is known when it was touched', async () => {
    const run = (await line.ledger.find(runs.first!))!;
    const path = await stored(run.id), sealed = readFileSync(path);
    expect(sealed.length).toBeLessThan(statSync(run.filePath).size / 2);
    for (const word of ['王小明', '参保编号', 'M1', idNumber(3).slice(0, 14)]) expect(sealed.includes(word)).toBe(false);
    const touched = Buffer.from(sealed);
    touched[sealed.length >> 1]! ^= 1;
    writeFileSync(path, touched);
    expect(await replay(run.id)).toMatchObject({ state: 'failed', verdict: null, reason: { rule: expect.stringMatching(/^HUSHU-KEYS-/) } });
    writeFileSync(path, sealed);
    expect(errors.splice(0)).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  it('is compared as far as it can be where copies are gone or the contract is another', async () => {
    const path = await stored(runs['with rejects']!);
    renameSync(path, `${path}.away`);
    expect(await replay(runs['with rejects']!)).toMatchObject({ state: 'failed', reason: { rule: 'HUSHU-STAGING-30', text: { en: expect.stringContaining('has no stored copy') } } });
    // A full delivery that rejected nothing rests on nothing before it.
    expect(await replay(runs.clean!)).toMatchObject({
      state: 'done', verdict: 'incomparable', reason: { rule: 'replay-copy' }, finding: { compared: ['outcome', 'delivery', 'counts', 'rows'], differs: [], deliveries: 2, since: runs.released },
    });
    expect(await replay(runs.released!)).toMatchObject({ verdict: 'incomparable', finding: { compared: ['outcome', 'delivery', 'counts', 'rows'], differs: [], deliveries: 1, since: runs.released } });
    renameSync(`${path}.away`, path);
    await line.admin.query(`update runs.run set contract_version = 'another' where id = $1`, [runs['first of changes']]);
    expect(await replay(runs.changes!)).toMatchObject({
      verdict: 'incomparable', reason: { rule: 'replay-contract', text: { en: expect.stringContaining(`run ${runs['first of changes']} was read by another version`) } }, finding: { compared: ['delivery'] },
    });
    await line.admin.query('update runs.run r set contract_version = o.contract_version from runs.run o where r.id = $1 and o.id = $2', [runs['first of changes'], runs.changes]);
    errors.splice(0);
  });

  it('begins anew wherever the worker before broke off, and is nobody\'s when another has taken it', async () => {
    const { id } = (await replays.order(runs['late behind it']!, '甲'))!;
    const breaks = ['replay.claimed', 'replay.opened', 'replay.delivery', 'stage.chunk.committed', 'replay.read'];
    for (const place of breaks) {
      recordKillPoints((name) => { if (name === place) throw new Error(place); });
      await replayLine.perform(id).catch((error: Error) => { expect(error.message).toBe(place); });
      recordKillPoints(() => undefined);
      await line.admin.query('update runs.replay set lease_until = clock_timestamp(), attempts = 0 where id = $1', [id]);
    }
    // Another worker takes it while this one reads.
    let taken = false;
    recordKillPoints((name) => { if (name === 'replay.delivery') taken = true; });
    const other = async () => {
      while (!taken) await new Promise((done) => setTimeout(done, 1));
      await line.admin.query(`update runs.replay set token = token + 1 where id = $1`, [id]);
    };
    await Promise.all([replayLine.perform(id), other()]);
    recordKillPoints(() => undefined);
    expect(await replays.find(id)).toMatchObject({ state: 'running', verdict: null });
    await line.admin.query('update runs.replay set lease_until = clock_timestamp() where id = $1', [id]);
    await replayLine.perform(id);
    expect(await replays.find(id)).toMatchObject({ state: 'done', verdict: 'same', done: 5, total: 5 });
    expect(await left()).toEqual([]);
    errors.splice(0);
  });

  it('is not of a run that has come to nothing yet', async () => {
    expect(await replays.order(999, '甲')).toBeNull();
    const waiting = await line.accept({ feed: MEDICAL, asOf: at(60), mode: 'full', rows: people(0, 12) });
    await expect(replays.order(waiting.id, '甲')).rejects.toMatchObject({ code: 'HUSHU-RUNS-30' });
    rmSync(waiting.filePath);
  });

  it('is kept as long as policy says, and what policy took is told apart from what is lost', async () => {
    const copies = new Copies(line.store.database), folder = join(line.folder, 'deliveries');
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000);
    const faults = () => copyFaults(copies, folder, hours(2));
    const keeper = (text: string, now = hours(48)) => {
      mkdirSync(join(line.folder, 'settings'), { recursive: true });
      writeFileSync(join(line.folder, 'settings/retention.yaml'), text);
      return new CopyKeeper(copies, readRetentionSettings(line.folder, [MEDICAL, RESIDENCE]), { now: () => now });
    };
    const round = (text: string) => keeper(text).round([MEDICAL, RESIDENCE]);
    const look = async () => {
      const kept: string[] = [];
      for (const [name, run] of Object.entries(runs)) if ((await copies.find(run))!.kept) kept.push(name);
      return kept;
    };
    expect(await look()).toEqual(Object.keys(runs).filter((name) => name !== 'the same again'));
    expect(await faults()).toEqual([]);

    expect(await round('deliveries: { keep: all }')).toBe(0);
    expect(await round('deliveries: { keep: 3 days }')).toBe(0);
    const first = (await line.ledger.find(runs.clean!))!;
    expect(await keeper('deliveries: { keep: 1 month, needed: remove }').look(first)).toMatchObject({ kept: true, needed: false, until: expect.any(Date), removedAt: null });
    // Of the feed of changes everything since its first delivery is needed; of the other what is behind the last full one.
    for (const place of ['retention.marked', 'retention.removed']) {
      recordKillPoints((name) => { if (name === place) throw new Error(name); });
      await expect(round('deliveries: { keep: 1 day }')).rejects.toThrow(place);
      recordKillPoints(() => undefined);
      expect(await faults()).toEqual([]);
    }
    expect(await round('deliveries: { keep: 1 day }')).toBe(5);
    expect(await look()).toEqual(['clean', 'first of changes', 'changes', 'late', 'driven again', 'late behind it', 'after']);
    expect(readdirSync(join(folder, MEDICAL))).toEqual([`${runs.clean}.sealed`]);
    expect(await keeper('deliveries: { keep: 1 day }').look(first)).toMatchObject({ kept: true, needed: true });
    expect(await replay(runs.first!)).toMatchObject({ state: 'failed', reason: { rule: 'HUSHU-STAGING-30', text: { en: expect.stringContaining('policy removed the stored copy') } } });
    expect(await replay(runs.clean!)).toMatchObject({ verdict: 'incomparable', reason: { rule: 'replay-copy' }, finding: { compared: ['outcome', 'delivery', 'counts', 'rows'], since: runs.clean } });

    expect(await round(`deliveries:\n  keep: all\n  feeds:\n    ${RESIDENCE}: { keep: 1 day, needed: remove }\n`)).toBe(6);
    expect(await look()).toEqual(['clean']);
    expect(await line.deliver({ feed: RESIDENCE, asOf: at(30), mode: 'delta', rows: [residing(9, 30)] })).toMatchObject({
      state: 'held', reason: { text: { en: expect.stringContaining(`policy removed the stored copy of run ${runs.after}`) }, hint: { en: expect.stringContaining('retention.yaml') } },
    });
    const { rows } = await line.admin.query(`select feed, detail ->> 'copies' as copies, detail ->> 'keep' as keep from runs.event where kind = 'copies-removed' order by id`);
    expect(rows).toEqual([{ feed: MEDICAL, copies: '5', keep: '1 day' }, { feed: RESIDENCE, copies: '6', keep: '1 day' }]);

    rmSync(await stored(runs.clean!));
    writeFileSync(join(folder, MEDICAL, '77.sealed'), 'x');
    expect(await faults()).toEqual([`${MEDICAL} ${runs.clean}: its stored copy is gone`, `${MEDICAL}/77.sealed: no run has this copy`]);
    await line.line.sweepLeftovers();
    errors.splice(0);
  });
});
