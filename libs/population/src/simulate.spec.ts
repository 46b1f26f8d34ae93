import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkCharacter } from '#kernel';
import { FeedCatalogue } from '#feeds';
import { FEED_ORDER } from './plan.js';
import { CONFIG, district, filesIn, keyOf, manifestIn, readDelivery, truthIn } from './read-out.fixture.js';
import { simulate } from './simulate.js';

const digest = (out: string): string[] => filesIn(out).map((file) => `${file} ${createHash('sha256').update(readFileSync(join(out, file))).digest('hex')}`);

let catalogue: FeedCatalogue;
const made: string[] = [];
const make = async (...args: Parameters<typeof district>): Promise<string> => {
  const out = await district(...args);
  made.push(out);
  return out;
};

beforeAll(async () => {
  catalogue = await FeedCatalogue.load(CONFIG);
});
afterAll(() => {
  for (const out of made) rmSync(out, { recursive: true, force: true });
});

describe('a simulated district', () => {
  it('is the same, byte for byte, for the same arguments, and another for another seed', async () => {
    const first = digest(await make({ people: 700, days: 20, dirt: 'heavy' }));
    expect(digest(await make({ people: 700, days: 20, dirt: 'heavy' }))).toEqual(first);
    expect(digest(await make({ people: 700, days: 20, dirt: 'heavy', seed: 'other' }))).not.toEqual(first);
  });

  it('leaves nothing of an earlier one in its folder', async () => {
    const out = await make({ people: 300, days: 5 });
    await simulate({ people: 300, seed: 'spec', out, config: CONFIG });
    expect(digest(out)).toEqual(digest(await make({ people: 300 })));
  });

  it('writes each feed alone as it writes it among the others', async () => {
    const whole = await make({ people: 700 });
    const one = await make({ people: 700, feeds: ['medical-insurance'] });
    const [line] = manifestIn(one);
    expect(manifestIn(one)).toHaveLength(1);
    expect(readFileSync(join(one, line.file)).equals(readFileSync(join(whole, line.file)))).toBe(true);
  });

  it('delivers all twelve feeds on day 0, the register and its addresses first', async () => {
    const lines = manifestIn(await make({ people: 1200 }));
    expect(lines.map((line) => line.feed)).toEqual(FEED_ORDER);
    for (const { day, asOf, file } of lines) expect([day, asOf, file.includes('20261120')]).toEqual([0, '2026-11-20T00:00:00+08:00', true]);
  });

  it('has as many living people as asked for, once each', async () => {
    for (const people of [1, 37, 1501]) {
      const out = await make({ people, dirt: 'none' });
      const residents = truthIn(out, 'residence.csv');
      expect(new Set(residents.map((r) => r.person)).size).toBe(people);
      expect(residents).toHaveLength(people);
    }
  });

  it('gives numbers that are right, nobody\'s, and no two people\'s', async () => {
    const people = truthIn(await make({ people: 4000, dirt: 'none', feeds: ['household-registration'] }), 'people.csv').filter((p) => p.id_number !== '');
    expect(new Set(people.map((p) => p.id_number)).size).toBe(people.length);
    const citizens = people.filter((p) => /^\d{17}[\dX]$/.test(p.id_number) && !/^[89]/.test(p.id_number));
    expect(citizens.length).toBeGreaterThan(people.length * 0.99);
    for (const { id_number, birth_date, sex } of citizens) {
      expect(id_number.slice(4, 6)).toMatch(/^9[5-9]$/);
      expect(id_number.slice(6, 14)).toBe(birth_date.replaceAll('-', ''));
      expect((Number(id_number[16]) % 2 === 1 ? '1' : '2')).toBe(sex);
      expect(checkCharacter(id_number)).toBe(id_number[17]);
    }
  });

  it('refuses what it cannot do, in words', async () => {
    const options = { people: 10, seed: '1', out: join(made[0], 'never'), config: CONFIG };
    await expect(simulate({ ...options, people: 0 })).rejects.toMatchObject({ code: 'HUSHU-POPULATION-03' });
    await expect(simulate({ ...options, until: '2026-02-30' })).rejects.toMatchObject({ code: 'HUSHU-POPULATION-03' });
    await expect(simulate({ ...options, feeds: ['library-card'] })).rejects.toMatchObject({ code: 'HUSHU-POPULATION-04' });
  });
});

describe('a population', () => {
  let register: Record<string, string>[];
  beforeAll(async () => {
    const out = await make({ people: 4000, dirt: 'none', feeds: ['household-registration'] });
    register = (await readDelivery(catalogue, out, manifestIn(out)[0])).rows.map((row) => row.cells).filter((cells) => cells.人员状态 === '正常');
  });
  const age = (cells: Record<string, string>): number => Math.floor((20261120 - Number(cells.出生日期)) / 10000);
  const share = (fits: (cells: Record<string, string>) => boolean): number => register.filter(fits).length / register.length;

  it('is as old as a northern district is', () => {
    expect(share((c) => age(c) < 15)).toBeGreaterThan(0.11);
    expect(share((c) => age(c) < 15)).toBeLessThan(0.17);
    expect(share((c) => age(c) >= 60)).toBeGreaterThan(0.24);
    expect(share((c) => age(c) >= 60)).toBeLessThan(0.34);
    expect(share((c) => age(c) > 105)).toBeLessThan(0.001);
    expect(share((c) => c.性别 === '1')).toBeGreaterThan(0.46);
    expect(share((c) => c.性别 === '1')).toBeLessThan(0.53);
  });

  it('lives in households with one head and kin of possible ages', () => {
    const wrong: string[] = [];
    const households = new Map<string, Record<string, string>[]>();
    for (const cells of register) households.set(cells.户号, [...(households.get(cells.户号) ?? []), cells]);
    for (const [no, members] of households) if (members.filter((m) => m.与户主关系 === '02').length !== 1) wrong.push(no);
    const mean = register.length / households.size;
    expect(mean).toBeGreaterThan(1.9);
    expect(mean).toBeLessThan(2.8);
    for (const child of register) {
      if (child.母亲身份号码 === '') continue;
      const gap = (Number(child.出生日期) - Number(child.母亲身份号码.slice(6, 14))) / 10000;
      if (gap < 18.9 || gap > 46) wrong.push(`${child.公民身份号码} ${gap}`);
    }
    expect(wrong).toEqual([]);
    expect(share((c) => age(c) < 18 && c.母亲身份号码 === '')).toBeLessThan(0.002);
  });

  it('has twins, and spouses who name each other', () => {
    const byNumber = new Map(register.map((cells) => [cells.公民身份号码, cells]));
    const births = new Map<string, number>();
    for (const cells of register) {
      if (cells.母亲身份号码 !== '') births.set(cells.母亲身份号码 + cells.出生日期, (births.get(cells.母亲身份号码 + cells.出生日期) ?? 0) + 1);
      const spouse = byNumber.get(cells.配偶身份号码);
      if (spouse && spouse.配偶身份号码 !== '') expect(spouse.配偶身份号码).toBe(cells.公民身份号码);
    }
    expect([...births.values()].some((n) => n === 2)).toBe(true);
  });

  it('has names of its time: many, some common, a few rare', () => {
    const names = new Map<string, number>();
    for (const cells of register) names.set(cells.姓名, (names.get(cells.姓名) ?? 0) + 1);
    expect(names.size / register.length).toBeGreaterThan(0.75);
    expect(Math.max(...names.values())).toBeLessThan(register.length * 0.01);
    expect(share((c) => c.姓名.startsWith('王'))).toBeGreaterThan(0.05);
    expect([...names.keys()].some((name) => [...name].length < name.length)).toBe(true);
  });
});

describe('what the truth says', () => {
  it('knows of every row whose it is', async () => {
    const out = await make({ people: 1500, days: 12, dirt: 'none' });
    const wrong: string[] = [];
    const people = new Map(truthIn(out, 'people.csv').map((p) => [p.person, p]));
    const links = new Map(truthIn(out, 'links.csv').map((l) => [`${l.feed} ${l.source_key} ${l.role}`, l.person]));
    for (const line of manifestIn(out)) {
      const contract = catalogue.get(line.feed);
      for (const { cells } of (await readDelivery(catalogue, out, line)).rows) {
        for (const role of contract.roles) {
          const name = role.name === undefined ? '' : cells[role.name];
          const person = people.get(links.get(`${line.feed} ${keyOf(contract, cells)} ${role.role}`) ?? '');
          if (name === '') continue;
          if (person === undefined || (role.birthDate && cells[role.birthDate] !== person.birth_date.replaceAll('-', ''))) wrong.push(`${line.feed} ${keyOf(contract, cells)} ${role.role}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
