import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContractDefinition } from '#feeds';
import { Drifts, putContractsInForce, readTimeline, type Drift, type Run } from '#runs';
import { encodeGb18030 } from '../../../../test/support/gb18030.js';
import { StagingBench } from '../../../../test/support/staging.js';
import { measureRun } from '../quality/measure-run.js';
import { Stager } from '../scan/stager.js';
import { decideDrift } from './decide-drift.js';

/** The fiction's library cards, as files with a header and as objects. */
const CARDS = 'library-card';
const OBJECTS = 'library-card-ndjson';
const BY = { by: '张科长', reason: '供数部门来函说明' };
type Row = Record<string, string>;

describe('contract drift', () => {
  let bench: StagingBench, drifts: Drifts, sample: Row, columns: string[];
  let files = 0;

  beforeAll(async () => {
    bench = await StagingBench.open('test');
    drifts = new Drifts(bench.store.database, bench.ledger);
    const definitions = bench.catalogue.definitions;
    await putContractsInForce<ContractDefinition>(bench.store.database, definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition })), 'test', () => ({}));
    columns = bench.catalogue.get(CARDS).fields.map(({ column }) => column);
    const [, first] = readFileSync(join(bench.catalogue.get(CARDS).folder, 'sample.csv'), 'utf8').split('\n');
    sample = Object.fromEntries(columns.map((column, i) => [column, first!.split(',')[i]!]));
  });
  afterAll(() => bench.close());

  const cards = (n: number, more: (i: number) => Row = () => ({}), from = 0): Row[] =>
    Array.from({ length: n }, (_, i) => ({ ...sample, 卡号: `D${String(from + i).padStart(7, '0')}`, 证件类型: 'Z', 证件号码: '', ...more(i) }));
  const textOf = (rows: Row[], header: string[], delimiter = ','): string => [header, ...rows.map((row) => header.map((column) => row[column] ?? ''))].map((cells) => cells.join(delimiter)).join('\n') + '\n';
  const file = async (content: string | Buffer): Promise<string> => {
    const path = join(bench.folder, `drift-${++files}.csv`);
    await writeFile(path, content);
    return path;
  };
  const day = (n: number): Date => new Date(Date.UTC(2025, 5, n));
  const deliver = async (at: number, rows: Row[], header = columns, mode: 'full' | 'delta' = 'delta'): Promise<Run> => bench.deliver(CARDS, await file(textOf(rows, header)), { asOf: day(at), mode });
  const inbox = async (filter: Parameters<Drifts['list']>[0] = { feed: CARDS, state: 'open' }): Promise<Drift[]> => drifts.list(filter, { limit: 100 });
  const brief = async (filter?: Parameters<Drifts['list']>[0]) => (await inbox(filter)).map(({ kind, field, subject }) => [kind, field, subject].filter((word) => word !== '').join(' ')).sort();
  const only = async (): Promise<Drift> => {
    const all = await inbox();
    expect(all).toHaveLength(1);
    return all[0]!;
  };
  const again = async (run: Run): Promise<Run> => {
    expect(await bench.ledger.decide(run.id, 'retry', BY)).toMatchObject({ state: 'accepted' });
    return bench.finish(run.id);
  };
  const renamed = () => columns.map((column) => (column === '电话' ? '手机号码' : column));

  it('is found in a header, told apart, counted up, and closes by itself', async () => {
    expect(await deliver(1, cards(3))).toMatchObject({ state: 'published' });
    expect(await inbox()).toEqual([]);
    // Another order alone is none.
    expect(await deliver(2, cards(3), [...columns].reverse())).toMatchObject({ state: 'published' });
    const header = [...renamed().filter((column) => column !== '地址编码'), '备注'];
    const rows = cards(3, () => ({ 手机号码: '16000000203', 备注: '王小明的卡' }));
    const run = await deliver(3, rows, header);
    expect(run).toMatchObject({ state: 'refused', reason: { rule: 'file-columns', text: { en: expect.stringContaining('perhaps renamed: 电话 → 手机号码') } } });
    expect(await brief()).toEqual(['column-missing 地址编码', 'column-new 备注', 'column-renamed 电话 手机号码']);
    const [one] = await inbox({ feed: CARDS, kind: 'column-renamed' });
    expect(one).toMatchObject({ firstRun: run.id, lastRun: run.id, seen: 1, contractVersion: run.contractVersion, detail: { type: 'phone', required: false, position: 10 } });
    expect(JSON.stringify(await inbox())).not.toContain('王小明');
    const next = await deliver(4, rows, header);
    expect((await inbox()).map(({ seen, firstRun, lastRun }) => [seen, firstRun, lastRun])).toEqual(Array.from({ length: 3 }, () => [2, run.id, next.id]));
    expect(await deliver(5, cards(3))).toMatchObject({ state: 'published' });
    expect(await inbox()).toEqual([]);
    expect(await brief({ feed: CARDS, state: 'settled' })).toHaveLength(3);
    const { entries } = await readTimeline(bench.store.database.pool('operations'), CARDS, null, 100);
    expect(entries.filter(({ kind }) => kind === 'drift')).toHaveLength(3);
    // What a delivery speaks of is told in the time it was told in.
    expect(entries.filter(({ kind }) => kind === 'delivered').map(({ detail }) => detail['asOf'])).toEqual(['2025-06-05T08:00:00+08:00', '2025-06-04T08:00:00+08:00', '2025-06-03T08:00:00+08:00', '2025-06-02T08:00:00+08:00', '2025-06-01T08:00:00+08:00']);
    expect(entries.filter(({ kind }) => kind === 'drift-settled')).toHaveLength(3);
  });

  it('tells nothing of a file without a header: its first line is somebody\'s', async () => {
    const rows = cards(4);
    const run = await bench.deliver(CARDS, await file(textOf(rows, columns).split('\n').slice(1).join('\n')), { asOf: day(5) });
    expect(run).toMatchObject({ state: 'refused', reason: { rule: 'file-columns' } });
    expect(JSON.stringify(run.reason)).not.toContain(sample['姓名']);
    expect(await inbox()).toEqual([]);
  });

  it('is mapped: the refused delivery is read again and the contract has a version of its own', async () => {
    const folder = bench.catalogue.get(CARDS).version;
    const run = await deliver(6, cards(3, (i) => ({ 手机号码: `1600000020${i}` }), 100), renamed());
    expect(run).toMatchObject({ state: 'refused', contractVersion: folder });
    const { id } = await only();
    await expect(decideDrift(drifts, id, { verb: 'map', ...BY, to: '没有这一列' })).rejects.toMatchObject({ code: 'HUSHU-STAGING-12', hint: { en: expect.stringContaining('电话') } });
    await expect(decideDrift(drifts, id, { verb: 'map', by: '张科长', reason: '' })).rejects.toMatchObject({ code: 'HUSHU-RUNS-13' });
    const decided = await decideDrift(drifts, id, { verb: 'map', ...BY });
    expect(decided).toMatchObject({ drift: { state: 'mapped', mappedTo: '电话', decidedBy: '张科长', amendments: [{ kind: 'alias', column: '电话', delivered: '手机号码' }] }, retry: [run.id], resumed: [] });
    expect(decided!.contractVersion).not.toBe(folder);
    await expect(decideDrift(drifts, id, { verb: 'accept', ...BY })).rejects.toMatchObject({ code: 'HUSHU-RUNS-25' });
    const mended = await again(run);
    expect(mended).toMatchObject({ state: 'published', counts: { read: 3, added: 3, rejected: 0 }, contractVersion: decided!.contractVersion });
    expect(await bench.rows(`select count(phone)::int as phones from staging.library_card where role = 0 and run = $1`, [run.id])).toEqual([{ phones: 3 }]);
    // The old name is read as before.
    expect(await deliver(7, cards(1, () => ({}), 200))).toMatchObject({ state: 'published', contractVersion: decided!.contractVersion });
    expect(await inbox()).toEqual([]);
  });

  it('is accepted: a new column is passed over, an optional one may be missing; a required one may not', async () => {
    const header = [...columns.filter((column) => !['在借册数', '姓名'].includes(column)), '备注'];
    const run = await deliver(8, cards(2, () => ({ 备注: 'x' }), 300), header);
    expect(run.state).toBe('refused');
    const of = async (kind: Drift['kind'], field: string) => (await inbox()).find((one) => one.kind === kind && one.field === field)!.id;
    await expect(decideDrift(drifts, await of('column-missing', '姓名'), { verb: 'accept', ...BY })).rejects.toMatchObject({ code: 'HUSHU-STAGING-10' });
    await expect(decideDrift(drifts, await of('column-missing', '姓名'), { verb: 'map', ...BY, to: '旧名' })).rejects.toMatchObject({ code: 'HUSHU-STAGING-11' });
    await decideDrift(drifts, await of('column-missing', '在借册数'), { verb: 'accept', ...BY });
    await decideDrift(drifts, await of('column-new', '备注'), { verb: 'accept', ...BY });
    expect(await again(run)).toMatchObject({ state: 'refused' });
    expect(await brief()).toEqual(['column-missing 姓名']);
    const whole = [...columns.filter((column) => column !== '在借册数'), '备注'];
    const rows = cards(2, (i) => ({ 备注: 'x', ...(i === 1 && { 出生日期: '20251399' }) }), 300);
    expect(await deliver(9, rows, whole)).toMatchObject({ state: 'published', counts: { read: 2, added: 1, rejected: 1 } });
    expect(await inbox()).toEqual([]);
    // Where both are there they are read.
    expect(await deliver(10, cards(1, () => ({ 在借册数: '7' }), 300))).toMatchObject({ state: 'published', counts: { changed: 1 } });
    expect(await bench.rows(`select on_loan from staging.library_card where role = 0 and run = (select max(run) from staging.library_card)`)).toEqual([{ on_loan: 7 }]);
  });

  it('is found in values: a column of another type, codes nobody knows, which are mapped', async () => {
    const run = await deliver(11, cards(8, (i) => ({ 在借册数: i < 6 ? '三本' : '3', 卡状态: i > 4 ? '挂失' : '正常' }), 400));
    expect(run).toMatchObject({ state: 'published', counts: { read: 8, rejected: 8 } });
    expect(await brief()).toEqual(['code-new 卡状态 挂失', 'column-retyped 在借册数']);
    const [retyped, code] = ['column-retyped', 'code-new'].map(async (kind) => (await inbox({ feed: CARDS, kind: kind as Drift['kind'], state: 'open' }))[0]!);
    expect(await retyped).toMatchObject({ rows: 6, detail: { type: 'integer', broken: { 'number-shape': 6 } } });
    expect(await code).toMatchObject({ rows: 3, detail: { list: 'card-status' } });
    await expect(decideDrift(drifts, (await code)!.id, { verb: 'map', ...BY, to: '9' })).rejects.toMatchObject({ code: 'HUSHU-STAGING-12', hint: { en: expect.stringMatching(/1, 2, 3/) } });
    expect(await decideDrift(drifts, (await code)!.id, { verb: 'map', ...BY, to: '2' })).toMatchObject({ drift: { state: 'mapped', mappedTo: '2' }, retry: [] });
    expect(await decideDrift(drifts, (await retyped)!.id, { verb: 'accept', ...BY })).toMatchObject({ drift: { amendments: [{ kind: 'empty', column: '在借册数', type: 'integer' }] } });
    expect(await deliver(12, cards(8, (i) => ({ 在借册数: '三本', 卡状态: i < 3 ? '挂失' : '正常' }), 400))).toMatchObject({ state: 'published', counts: { read: 8, rejected: 0 } });
    expect(await bench.rows(`select card_status, count(*)::int as n, count(on_loan)::int as loans from staging.library_card where role = 0 and run = (select max(run) from staging.library_card) group by 1 order by 1`))
      .toEqual([{ card_status: '1', n: 5, loans: 0 }, { card_status: '2', n: 3, loans: 0 }]);
    expect(await inbox()).toEqual([]);
  });

  it('counts a code that stays, of rows that are known too, and maps it in those that hold without it', async () => {
    const rows = cards(6, (i) => ({ 性别: i < 4 ? '未知' : '男' }), 500);
    const all = await bench.deliver(OBJECTS, await objects(rows), { asOf: day(1), mode: 'full' });
    expect(all).toMatchObject({ state: 'published', warnings: { '性别:code-unmapped': 4 } });
    await bench.deliver(OBJECTS, await objects([...rows, ...cards(1, () => ({}), 600)]), { asOf: day(2), mode: 'full' });
    const [entry] = await inbox({ feed: OBJECTS, state: 'open' });
    expect(entry).toMatchObject({ kind: 'code-new', field: '性别', subject: '未知', rows: 4, seen: 2 });
    const more = [...rows.slice(1), ...cards(1, () => ({}), 600)];
    await decideDrift(drifts, entry!.id, { verb: 'map', ...BY, to: '9' });
    const run = await bench.deliver(OBJECTS, await objects(more), { asOf: day(3), mode: 'full' });
    expect(run).toMatchObject({ state: 'published', counts: { read: 6, unchanged: 3, changed: 3, removed: 1 } });
    expect(await bench.rows(`select sex, count(*)::int as n from staging.library_card_ndjson where role = 0 group by 1 order by 1`)).toEqual([{ sex: '1', n: 3 }, { sex: '9', n: 3 }]);
  });

  it('is found in objects, whose keys may stay away', async () => {
    const run = await bench.deliver(OBJECTS, await objects(cards(3, () => ({ 持卡人: '甘读书', 备注: 'x' }), 700), ['姓名', '旧名']), { asOf: day(4) });
    expect(run).toMatchObject({ state: 'refused', reason: { rule: 'file-columns' } });
    const found = await inbox({ feed: OBJECTS, state: 'open' });
    expect(found.map(({ kind, field }) => `${kind} ${field}`).sort()).toEqual(['column-missing 姓名', 'column-new 备注', 'column-new 持卡人']);
    for (const { kind, id, field } of found) if (kind === 'column-new') await decideDrift(drifts, id, field === '备注' ? { verb: 'accept', ...BY } : { verb: 'map', ...BY, to: '姓名' });
    expect(await again(run)).toMatchObject({ state: 'published', counts: { read: 3, added: 3 } });
    expect(await bench.rows(`select name, count(*)::int as n from staging.library_card_ndjson where role = 0 and run = $1 group by 1`, [run.id])).toEqual([{ name: '甘读书', n: 3 }]);
    expect(await inbox({ feed: OBJECTS, state: 'open' })).toEqual([]);
  });

  it('stops a feed: what it delivers is held until somebody resumes it, and goes on then', async () => {
    await deliver(13, cards(2, () => ({}), 800), [...columns, '另一列']);
    const { id } = await only();
    expect(await decideDrift(drifts, id, { verb: 'stop', ...BY })).toMatchObject({ drift: { state: 'stopped' } });
    const held = [await deliver(14, cards(2, () => ({}), 800)), await deliver(15, cards(2, () => ({}), 810))];
    expect(held).toMatchObject([{ state: 'held', reason: { rule: 'feed-stopped' } }, { state: 'held' }]);
    expect(await brief({ feed: CARDS, state: 'stopped' })).toEqual(['column-new 另一列']);
    expect(await decideDrift(drifts, id, { verb: 'resume', ...BY })).toMatchObject({ drift: { state: 'open' }, resumed: held.map((run) => run.id) });
    for (const run of held) expect(await bench.finish(run.id)).toMatchObject({ state: 'published', counts: { added: 2 } });
    expect(await inbox()).toEqual([]);
  });

  it('is a jump in empty values or in the share of codes, against what was normal, without a value of anybody', async () => {
    const contract = () => bench.catalogue.get(CARDS);
    const measured = async (at: number, more: (i: number) => Row, from: number): Promise<Run> => {
      const run = await deliver(at, cards(200, more, from));
      expect(run.state).toBe('published');
      await measureRun(bench.store.database, contract(), run);
      return run;
    };
    const half = (i: number): Row => ({ 卡种: i % 2 === 0 ? 'ADULT' : 'KID' });
    await measured(16, half, 1000);
    await measured(17, half, 2000);
    expect(await inbox()).toEqual([]);
    const odd = await measured(18, (i) => ({ 卡种: i % 20 === 0 ? 'ADULT' : 'SCHOOL', 旧名: '', 电话: '' }), 3000);
    expect(await brief()).toEqual(['distribution 卡种', 'null-rate 电话']);
    const [shift] = await inbox({ feed: CARDS, kind: 'distribution' });
    expect(shift).toMatchObject({ rows: 200, firstRun: odd.id, detail: { limit: 0.25, codes: { 30: { before: 0, now: 0.95 }, 10: { before: 0.5, now: 0.05 } } } });
    // It stays as long as deliveries are not as they were, even if they are as the last one was.
    await measured(19, () => ({ 卡种: 'SCHOOL' }), 4000);
    expect((await inbox({ feed: CARDS, kind: 'distribution' }))[0]).toMatchObject({ state: 'open', seen: 2 });
    expect(await decideDrift(drifts, shift!.id, { verb: 'accept', ...BY })).toMatchObject({ drift: { state: 'accepted', amendments: null } });
    await measured(20, () => ({ 卡种: 'SCHOOL' }), 5000);
    expect(await brief()).toEqual([]);
    await measured(21, half, 6000);
    expect(await brief()).toEqual(['distribution 卡种']);
  });

  it('leaves late deliveries their place in time: each is read by the version it was read by', async () => {
    const stager = new Stager(bench.store.database, bench.ledger, bench.catalogue, bench.keys, { store: join(bench.folder, 'kept') });
    const feed = 'library-card-gb18030';
    const put = async (at: number, rows: Row[], header = columns): Promise<Run> =>
      bench.deliver(feed, await file(encodeGb18030(textOf(rows, header, '|'))), { asOf: day(at), stager });
    const first = await put(1, cards(3));
    expect(first.state).toBe('published');
    const refused = await put(3, cards(1, () => ({ 备注: 'x' }), 50), [...columns, '备注']);
    expect(refused.state).toBe('refused');
    const [entry] = await inbox({ feed, state: 'open' });
    await decideDrift(drifts, entry!.id, { verb: 'accept', ...BY });
    // It was kept though it was refused: whoever handed it in may have taken it away.
    await rm(refused.filePath);
    await bench.ledger.decide(refused.id, 'retry', BY);
    expect(await bench.finish(refused.id, { stager })).toMatchObject({ state: 'published', counts: { added: 1 } });
    const late = await put(2, cards(1, () => ({ 姓名: '甘读者' }), 1));
    expect(late).toMatchObject({ state: 'published', replayed: true, counts: { changed: 1 } });
    expect(new Set([first.contractVersion, late.contractVersion]).size).toBe(2);
    expect(await bench.rows(`select count(*)::int as n, count(*) filter (where name = '甘读者')::int as mended from staging.library_card_gb18030 where role = 0`)).toEqual([{ n: 4, mended: 1 }]);
  });

  async function objects(rows: Row[], without: string[] = []): Promise<string> {
    const path = join(bench.folder, `drift-${++files}.ndjson`);
    await writeFile(path, rows.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).filter(([column]) => !without.includes(column))))).join('\n') + '\n');
    return path;
  }
});
