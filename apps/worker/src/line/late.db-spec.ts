import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { idNumber } from '../../../../test/support/deliveries.js';
import { WholeLine, type Handed } from '../../../../test/support/whole-line.js';

const SPINE = 'household-registration';
const MEDICAL = 'medical-insurance';
const RESIDENCE = 'residence-registration';

const at = (day: number, hour = 0): string => new Date(Date.UTC(2025, 0, 1 + day, hour)).toISOString();
const stamp = (day: number): string => `${at(day).slice(0, 10).replaceAll('-', '')}120000`;
type Cells = Record<string, string>;

const registered = (key: number, number: string, name: string, day: number, more: Cells = {}): Cells => ({
  人员编号: `R${key}`, 户号: 'H1', 公民身份号码: number, 姓名: name, 性别: '1', 民族: '01', 出生日期: '19800101', 与户主关系: '02', 户类型: '1', 户籍地区划: '370306001', 户籍地址: '某路1号',
  登记事由: '出生', 登记日期: '20100501', 人员状态: '正常', 状态日期: '20100501', 更新时间: stamp(day), 操作类型: '增', ...more,
});
const insured = (key: number, number: string, name: string, more: Cells = {}): Cells => ({
  参保编号: `M${key}`, 证件类型: '01', 证件号码: number, 姓名: name, 性别: '1', 出生日期: '19800101', 险种: '职工', 参保状态: '1', 首次参保日期: '20100101', 最近缴费月: '202412', 参保地区划: '370306', ...more,
});
const residing = (key: number, number: string, name: string, day: number, more: Cells = {}): Cells => ({
  登记编号: `L${key}`, 证件类型: '居民身份证', 证件号码: number, 姓名: name, 性别: '男', 出生日期: '19800101', 居住地区划: '370306100', 居住地址: '某街2号', 来本地日期: '20240301',
  更新时间: stamp(day), 操作类型: '增', ...more,
});
const removed = (row: Cells): Cells => ({ ...row, 操作类型: '删' });

/** A seeded stream of numbers in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = ['王小明', '王晓明', '李红', '赵四', '钱七七', '孙八', '周久', '欧阳春'];
const PEOPLE = 10;
const DELIVERIES = 5;

/** Three feeds' deliveries in order: rows that are rejected, contested, repeated, removed and older than what holds; numbers that change; both kinds mixed. */
function storyOf(seed: number): Handed[][] {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const chance = (share: number): boolean => random() < share;
  const names = Array.from({ length: PEOPLE }, () => pick(NAMES));
  const numberOf = (i: number): string => idNumber(2 * (chance(0.1) ? Math.floor(random() * PEOPLE) : i) + 1);
  const nameOf = (i: number): string => (chance(0.12) ? pick(NAMES) : names[i]!);
  const stampOf = (day: number): number => (chance(0.25) ? day - Math.floor(random() * 60) : day);
  const makers: [feed: string, key: string, make: (i: number, day: number) => Cells][] = [
    [SPINE, 'delta', (i, day) => registered(i, idNumber(chance(0.12) ? 400 + 2 * i + Math.floor(random() * 2) * 100 + 1 : 2 * i + 1), names[i]!, stampOf(day), {
      人员状态: pick(['正常', '正常', '死亡']), 状态日期: at(day).slice(0, 10).replaceAll('-', ''), 户籍地址: pick(['甲路1号', '乙路2号']),
    })],
    [MEDICAL, 'full', (i) => insured(i, numberOf(i), nameOf(i), { 参保单位: pick(['甲厂', '乙厂', '']), 参保状态: pick(['1', '2']) })],
    [RESIDENCE, 'delta', (i, day) => residing(i, numberOf(i), nameOf(i), stampOf(day), { 居住地址: pick(['丙路3号', '丁路4号']), 离开日期: chance(0.2) ? '20250110' : '' })],
  ];
  return makers.map(([feed, kind, make], lane) => Array.from({ length: DELIVERIES }, (_, n): Handed => {
    const day = 10 + n * 15 + lane + (n === 3 ? -15 : 0);
    const mode = n === 0 || chance(0.2) ? 'full' : kind as 'full' | 'delta';
    const chosen = Array.from({ length: PEOPLE }, (_person, i) => i).filter(() => chance(mode === 'full' ? 0.7 : 0.35));
    const rows = chosen.map((i) => make(i, day));
    for (const row of [...rows]) {
      if (chance(0.07)) rows.push({ ...row });
      if (chance(0.07)) rows.push({ ...row, 姓名: pick(NAMES) });
      if (chance(0.07)) row['出生日期'] = '19801301';
      if (feed !== MEDICAL && n > 0 && mode === 'delta' && chance(0.15)) row['操作类型'] = '删';
    }
    return { feed, asOf: at(day), mode, rows };
  }));
}

/** Deliveries in any order; of those as of the same time the one that came first still does. */
function shuffled(story: Handed[][], random: () => number): Handed[] {
  const all = story.flat().map((handed) => ({ handed, by: random() })).sort((a, b) => a.by - b.by).map(({ handed }) => handed);
  for (const lane of story) {
    for (const asOf of new Set(lane.map((one) => one.asOf))) {
      const tied = lane.filter((one) => one.asOf === asOf);
      const places = tied.map((one) => all.indexOf(one)).sort((a, b) => a - b);
      tied.forEach((one, nth) => { all[places[nth]!] = one; });
    }
  }
  return all;
}

describe('a delivery that comes late', () => {
  let line: WholeLine;
  beforeEach(async () => { line = await WholeLine.open(); });
  afterEach(async () => {
    expect(line.told).toEqual([]);
    expect(await line.faults()).toEqual([]);
    await line.close();
  });

  const N = [1, 3, 5].map((n) => idNumber(n));
  const published = async (handed: Handed, counts: object = {}) => expect(await line.deliver(handed)).toMatchObject({ state: 'published', counts });
  const history = async () => (await line.admin.query(
    `select address, valid_from::text, valid_to::text from registry.residence_past where retracted_at = 'infinity' and valid_from < valid_to
     union all select address, valid_from::text, 'infinity' from registry.residence_row order by 2`)).rows;

  it('takes its place in the time of a feed of changes', async () => {
    const on = (day: number, rows: Cells[]): Handed => ({ feed: RESIDENCE, asOf: at(day), mode: 'delta', rows });
    await published(on(10, [residing(1, N[0]!, '王小明', 10), residing(2, N[1]!, '李红', 10)]), { added: 2 });
    await published(on(40, [residing(1, N[0]!, '王小明', 40, { 居住地址: '丁路4号' })]), { changed: 1 });
    await published(on(20, [residing(1, N[0]!, '王小明', 20, { 居住地址: '丙路3号' }), removed(residing(2, N[1]!, '李红', 20))]), { read: 2, changed: 2 });
    expect(await history()).toEqual([
      { address: '某街2号', valid_from: '2024-03-01', valid_to: '2025-01-21' }, { address: '某街2号', valid_from: '2024-03-01', valid_to: '2025-01-21' },
      { address: '丙路3号', valid_from: '2025-01-21', valid_to: '2025-02-10' }, { address: '丁路4号', valid_from: '2025-02-10', valid_to: 'infinity' },
    ]);
    expect((await line.admin.query(`select relname from pg_class where relname ~ '_r[0-9]+'`)).rows).toEqual([]);
  });
});
