import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { Replays, type Run } from '#runs';
import type { Repair } from '#staging';
import { idNumber } from '../../../../test/support/deliveries.js';
import { at, insured, registered, residing, type Cells } from '../../../../test/support/handed-rows.js';
import { WholeLine, type Handed } from '../../../../test/support/whole-line.js';
import { randomOf } from '../../../../test/support/random.js';
import { ReplayLine } from './replay-line.js';

const SPINE = 'household-registration';
const MEDICAL = 'medical-insurance';
const RESIDENCE = 'residence-registration';

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
    for (const [nth, row] of [...rows].entries()) {
      if (chance(0.07)) rows.push({ ...row });
      if (chance(0.07)) rows.push({ ...row, 姓名: pick(NAMES) });
      // Some people's rows are wrong time and again.
      if (chance(chosen[nth]! < 3 ? 0.6 : 0.1)) row['出生日期'] = '19801301';
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

const REPAIRS: Repair[][] = [
  [], [{ column: '出生日期', from: '19801301', to: '19800101' }], [{ column: '出生日期', from: '19801301', to: '19800101' }, { column: '姓名', to: '王小明' }],
];

/** Rejects that were driven again: which ones, by the names `Telling` gives them, and with what in place of their values. */
interface Again { feed: string; asOf: string; rows: string[]; repairs: Repair[] }
type Event = Handed | Again;

const AGAIN = 'rejected-again by ';

/** A store that is told a story, and how the story's rejects fare there whatever numbers its runs have. */
class Telling {
  private readonly runs = new Map<number, { name: string; driven?: string[] }>();

  constructor(readonly line: WholeLine, private readonly story: Handed[][]) {}

  async deliver(handed: Handed): Promise<Run> {
    const run = await this.line.deliver(handed);
    const lane = this.story.find((one) => one.includes(handed))!;
    this.runs.set(run.id, { name: `${handed.feed} ${lane.indexOf(handed)}` });
    return run;
  }

  /** Drives again what is open, or of that only what is named. */
  async again(name: string, feed: string, repairs: Repair[], only?: string[]): Promise<Again | null> {
    const { line } = this;
    // What is not named is out of sight while the order is taken up.
    const rejects = await this.rejects(feed);
    const ends = new Map(rejects.map((one) => [one.name, one.end]));
    // Where one of them was rejected once more it is the record's newer line that is driven.
    const answered = new Set(only?.map((driven) => { while (ends.get(driven)?.startsWith(AGAIN)) driven = ends.get(driven)!.slice(AGAIN.length); return driven; }));
    const others = only === undefined ? [] : rejects.filter((one) => one.end === 'open' && !answered.has(one.name));
    const settled = (await line.admin.query('select count(*)::int4 as n from staging.reject_end')).rows[0].n;
    for (const { run, row } of others) await line.admin.query(`insert into staging.reject_end (run, row_no, how, by_run) values ($1, $2, 'superseded', 0)`, [run, row]);
    const ordered = await line.order(feed, {}, repairs);
    await line.admin.query('delete from staging.reject_end where by_run = 0');
    expect((await line.admin.query('select count(*)::int4 as n from staging.reject_end')).rows[0].n).toBe(settled);
    if (ordered === null) return null;
    const { rows } = await line.admin.query<{ of_run: number; of_row: number }>('select of_run, of_row from staging.redriven where redrive = $1 order by row_no', [ordered.redrive]);
    const driven = rows.map((row) => this.nameOf(row.of_run, row.of_row));
    this.runs.set(ordered.id, { name, driven });
    const run = await line.finish(ordered.id);
    expect(run).toMatchObject({ state: 'published', counts: { removed: expect.any(Number) } });
    return { feed, asOf: run.asOf.toISOString(), rows: driven, repairs };
  }

  /** What became of each reject. */
  async rejects(feed?: string): Promise<{ run: number; row: number; name: string; end: string }[]> {
    const { rows } = await this.line.admin.query<{ run: number; row_no: number; how: string | null; by_run: number; by_row: number | null }>(
      `select r.run, r.row_no, e.how, e.by_run, e.by_row from staging.reject r left join staging.reject_end e on e.run = r.run and e.row_no = r.row_no
       where r.ordinal = 0 and ($1::text is null or r.feed = $1) order by 1, 2`, [feed ?? null]);
    return rows.map(({ run, row_no: row, how, by_run: byRun, by_row: byRow }) => ({
      run, row, name: this.nameOf(run, row), end: how === null ? 'open' : `${how} by ${how === 'rejected-again' ? this.nameOf(byRun, byRow!) : this.runs.get(byRun)!.name}`,
    }));
  }

  /** All that the story came to. */
  async end(): Promise<{ state: Record<string, string>; staged: unknown; rejects: Map<string, string> }> {
    const { line } = this;
    expect(line.told).toEqual([]);
    expect(await line.faults()).toEqual([]);
    expect((await line.admin.query('select from staging.reject_end where run < 0')).rowCount).toBe(0);
    const { rows: staged } = await line.admin.query(
      `select distinct on (t.feed) t.feed, r.state_now, r.state_past from runs.transition t join runs.run r on r.id = t.run where t.state = 'published' order by t.feed, t.id desc`);
    return { state: await line.digest(), staged, rejects: new Map((await this.rejects()).map(({ name, end }) => [name, end])) };
  }

  /** Reads the late ones, and those driven again, once more. */
  async replay(keys: Keys): Promise<void> {
    const { ledger, catalogue, admin, store: { database } } = this.line;
    const replays = new Replays(database, systemClock);
    const line = new ReplayLine({ database, ledger, catalogue, keys, replays, worker: 'test', onError: (_id, error) => { throw error; } });
    for (const { id } of (await admin.query<{ id: number }>('select id from runs.run where replayed or redrive is not null order by id')).rows) {
      const order = (await replays.order(id, '甲'))!;
      await line.perform(order.id);
      expect([id, await replays.find(order.id)]).toMatchObject([id, { state: 'done', verdict: 'same', finding: { compared: ['outcome', 'delivery', 'counts', 'rows', 'history'] } }]);
    }
  }

  private nameOf(run: number, row: number): string {
    const { name, driven } = this.runs.get(run)!;
    return `${name}: ${driven?.[row - 1] ?? row}`;
  }
}

describe('deliveries of a feed in any order, and rejects driven again between them', () => {
  const seeds = process.env.HUSHU_TEST_SEEDS?.split(',').map(Number) ?? [1];
  let folder: string, keys: Keys;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hushu-keys-'));
    keys = await loadKeys(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function telling<T>(story: Handed[][], tell: (one: Telling) => Promise<T>): Promise<T> {
    const line = await WholeLine.open([SPINE, MEDICAL, RESIDENCE], { keys });
    try {
      return await tell(new Telling(line, story));
    } finally {
      await line.close();
    }
  }

  it.each(seeds)('end in the state of the order of their time, and one that is sent again changes nothing (story %i)', async (seed) => {
    const story = storyOf(seed);
    const random = randomOf(seed * 977);
    const events: Event[] = [];
    const late = await telling(story, async (one) => {
      const order = shuffled(story, random);
      for (const [nth, handed] of order.entries()) {
        const run = await one.deliver(handed);
        // What was driven again would be rejected for other reasons behind it: it is held, and none of the story.
        if (run.state === 'held') {
          expect(run.reason).toMatchObject({ rule: 'delivery-late', text: { en: expect.stringContaining('would reject other rows than it did') } });
          continue;
        }
        expect(run.state).toBe('published');
        events.push(handed);
        const before = order.slice(0, nth + 1).filter((other) => events.includes(other));
        if (random() < 0.5) {
          const driven = await one.again(`again ${events.length}`, before[Math.floor(random() * before.length)]!.feed, REPAIRS[Math.floor(random() * REPAIRS.length)]!);
          if (driven !== null) events.push(driven);
        }
        const again = random() < 0.25 ? before[Math.floor(random() * before.length)]! : null;
        if (again === null || order.some((other) => other !== again && other.feed === again.feed && other.asOf === again.asOf)) continue;
        expect(await one.deliver(again)).toMatchObject({ state: 'published', reason: { rule: 'delivery-repeated' }, counts: { added: 0, changed: 0, removed: 0 } });
      }
      const { rows: [came] } = await one.line.admin.query(
        `select count(*) filter (where replayed)::int4 as late, count(*) filter (where replayed and exists (
           select from runs.run d where d.feed = r.feed and d.redrive is not null and d.id < r.id and d.as_of >= r.as_of))::int4 as behind from runs.run r`);
      expect(came.late).toBeGreaterThan(2);
      if (process.env.HUSHU_TEST_SEEDS === undefined) expect(came.behind).toBeGreaterThan(1);
      const end = await one.end();
      await one.replay(keys);
      return end;
    });
    const inTime = await telling(story, async (one) => {
      for (const event of [...events].sort((a, b) => a.asOf.localeCompare(b.asOf))) {
        if ('mode' in event) expect(await one.deliver(event)).toMatchObject({ state: 'published', replayed: false });
        else await one.again(`again ${events.indexOf(event)}`, event.feed, event.repairs, event.rows);
      }
      return one.end();
    });
    expect({ state: late.state, staged: late.staged }).toEqual({ state: inTime.state, staged: inTime.staged });
    const { rejects } = late;
    expect(Object.fromEntries([...inTime.rejects.keys()].map((name) => [name, rejects.get(name)]))).toEqual(Object.fromEntries(inTime.rejects));
    // Where what was driven again proved to be settled in its place, it was not rejected once more in the story in order.
    expect([...rejects].filter(([name, end]) => !inTime.rejects.has(name) && !(name.startsWith('again') && end.startsWith('superseded')))).toEqual([]);
  });
});
