import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeedCatalogue } from '#feeds';
import { CONFIG, district, keyOf, manifestIn, readDelivery, truthIn, type ManifestLine } from '../read-out.fixture.js';

type Cells = Record<string, string>;
interface Delivery extends ManifestLine { rows: Cells[] }

let out: string;
let catalogue: FeedCatalogue;
const deliveries: Delivery[] = [];
/** Every row there ever was, by feed and key, oldest first. */
const history = new Map<string, Cells[]>();
const all = (feed: string): Cells[] => [...history].filter(([key]) => key.startsWith(`${feed} `)).flatMap(([, versions]) => versions);
const last = (feed: string): Cells[] => [...history].filter(([key]) => key.startsWith(`${feed} `)).map(([, versions]) => versions[versions.length - 1]);

beforeAll(async () => {
  catalogue = await FeedCatalogue.load(CONFIG);
  out = await district({ people: 2500, days: 150, dirt: 'none' });
  for (const line of manifestIn(out)) {
    const rows = (await readDelivery(catalogue, out, line)).rows.map((row) => row.cells);
    deliveries.push({ ...line, rows });
  }
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('the story', () => {
  it('adds what is new and changes what is known, stamped between one delivery and the next', () => {
    const before = new Map<string, string>();
    const wrong: string[] = [];
    for (const { feed, asOf, day, rows } of deliveries) {
      const contract = catalogue.get(feed);
      const until = asOf.slice(0, 10).replaceAll('-', '');
      for (const cells of rows) {
        const key = `${feed} ${keyOf(contract, cells)}`;
        const versions = history.get(key) ?? [];
        if (contract.operation) {
          const stamp = cells[contract.stamp!];
          const operation = versions.length === 0 ? contract.operation.add : contract.operation.change;
          if (stamp.slice(0, 8) >= until || (day > 0 && stamp.slice(0, 8) < (before.get(feed) ?? ''))) wrong.push(`${day} ${key} ${stamp}`);
          if (day > 0 && cells[contract.operation.field] !== operation) wrong.push(`${day} ${key} ${cells[contract.operation.field]}`);
        }
        history.set(key, [...versions, cells]);
      }
      if (contract.operation) before.set(feed, until);
    }
    expect(wrong).toEqual([]);
    expect(deliveries.filter((d) => d.day > 0 && d.feed === 'household-registration').length).toBeGreaterThan(20);
  });

  it('keeps every feed to its schedule', () => {
    for (const { feed, day, asOf, mode } of deliveries) {
      const { schedule } = catalogue.get(feed);
      if (day > 0 && schedule.every === 'month') expect(Number(asOf.slice(8, 10))).toBe(schedule.day ?? 1);
      if (mode === 'full' && catalogue.get(feed).mode === 'delta') expect(day).toBe(0);
    }
  });

  it('dates nothing before a birth, and nothing in the future', () => {
    const wrong: string[] = [];
    for (const { feed, asOf, rows } of deliveries) {
      const dates = catalogue.get(feed).fields.filter((f) => f.type === 'date' && f.future !== true).map((f) => f.column);
      const until = asOf.slice(0, 10).replaceAll('-', '');
      for (const cells of rows) {
        for (const column of dates) {
          if (cells[column] === '') continue;
          if (cells[column] >= until || (cells.出生日期 && cells[column] < cells.出生日期)) wrong.push(`${feed} ${column} ${cells[column]}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('marries nobody under age', () => {
    for (const cells of all('marriage')) {
      expect(Number(cells.登记日期) - Number(cells.男方出生日期)).toBeGreaterThanOrEqual(220000);
      expect(Number(cells.登记日期) - Number(cells.女方出生日期)).toBeGreaterThanOrEqual(200000);
    }
    expect(deliveries.some((d) => d.feed === 'marriage' && d.day > 0)).toBe(true);
  });

  it('shows a birth first at the hospital, then in the register', () => {
    const persons = new Map(truthIn(out, 'links.csv').map((l) => [`${l.feed} ${l.source_key} ${l.role}`, l.person]));
    const registered = new Map<string, number>();
    const certified = new Map<string, number>();
    for (const { feed, day, rows } of deliveries) {
      for (const cells of rows) {
        if (feed === 'household-registration') {
          const person = persons.get(`${feed} ${cells.人员编号} person`)!;
          if (!registered.has(person)) registered.set(person, day);
        } else if (feed === 'birth-certificate') {
          const person = persons.get(`${feed} ${cells.出生证编号} newborn`)!;
          if (!certified.has(person)) certified.set(person, day);
        }
      }
    }
    const born = [...certified].filter(([, day]) => day > 0);
    expect(born.length).toBeGreaterThan(3);
    for (const [person, day] of born) {
      const entered = registered.get(person);
      if (entered !== undefined) expect(entered).toBeGreaterThanOrEqual(day);
    }
    expect(born.filter(([person]) => registered.has(person)).length).toBeGreaterThan(0);
  });

  it('tells of deaths with one date, and stops nobody\'s life twice', () => {
    const register = new Map(last('household-registration').map((cells) => [cells.公民身份号码, cells]));
    let both = 0;
    for (const cells of last('death-certificate')) {
      expect(cells.签发日期 >= cells.死亡日期).toBe(true);
      const entry = register.get(cells.证件号码);
      if (entry?.人员状态 !== '死亡') continue;
      both++;
      expect(entry.状态日期).toBe(cells.死亡日期);
      expect(entry.注销原因).not.toBe('');
    }
    expect(both).toBeGreaterThan(10);
  });

  it('keeps one head to a household, and every address in the register of addresses', () => {
    const heads = new Map<string, number>();
    for (const cells of last('household-registration')) {
      if (cells.人员状态 !== '正常') continue;
      heads.set(cells.户号, (heads.get(cells.户号) ?? 0) + (cells.与户主关系 === '02' ? 1 : 0));
    }
    expect(new Set(heads.values())).toEqual(new Set([1]));
    const codes = new Set(last('standard-address').map((cells) => cells.标准地址编码));
    for (const feed of ['household-registration', 'residence-registration', 'residence-permit', 'housing-security']) {
      expect(last(feed).filter((cells) => !codes.has(cells.标准地址编码))).toEqual([]);
    }
  });

  it('moves people up a school year in September', () => {
    const grades = new Map<string, Set<string>>();
    for (const cells of all('compulsory-education')) grades.set(cells.学籍号, (grades.get(cells.学籍号) ?? new Set()).add(`${cells.学年} ${cells.年级}`));
    expect([...grades.values()].some((seen) => seen.size === 2)).toBe(true);
    expect([...grades.values()].filter((seen) => seen.size !== new Set([...seen].map((s) => s.slice(0, 9))).size)).toEqual([]);
  });

  it('writes residence down only when it changes', () => {
    const known = new Map<string, string>();
    let changes = 0;
    const wrong: string[] = [];
    for (const { person, day, residence, separation } of truthIn(out, 'residence.csv')) {
      const now = `${residence},${separation}`;
      if (known.get(person) === now || Number(day) > 150 || !['', '常住', '不满半年', '流出'].includes(residence)) wrong.push(`${person} ${day} ${now}`);
      if (known.has(person)) changes++;
      known.set(person, now);
    }
    expect(wrong).toEqual([]);
    expect(changes).toBeGreaterThan(30);
  });
});
