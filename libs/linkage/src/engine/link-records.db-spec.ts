import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '../../../../test/support/database.js';
import { randomOf } from '../../../../test/support/random.js';
import { modelOf } from '../model/read-model.js';
import { mostOf } from '../score/score-pairs.js';
import { scoreOf } from '../train/weights.js';
import { linkRecords, links, type Link, type LinkReport } from './link-records.js';
import type { Records } from './records.js';

const MODEL = `
title: A small district
version: 1
matches: at-most-one
left: { id: id, source: source }
right: { id: id, household: home }
fields:
  name: { as: text, from: [name] }
  birth: { as: digits, from: [birth] }
  street: { as: text, from: [street] }
block:
  - { name: name, equal: [name] }
  - { name: birth, equal: [birth] }
  - { name: street, equal: [street] }
compare:
  name:
    levels:
      - { level: same, when: l.name = r.name, frequency: name, exact: name }
      - { level: near, when: "levenshtein(l.name, r.name) <= 1" }
      - { level: other }
  birth:
    levels:
      - { level: same, when: l.birth = r.birth, exact: birth }
      - { level: near, when: "levenshtein(l.birth, r.birth) <= 1" }
      - { level: other }
  street:
    levels:
      - { level: same, when: l.street = r.street, frequency: street }
      - { level: other }
doubt:
  - { name: twins, all: { birth: [same], name: [other] }, any: { street: [same] }, at_most: 30% }
decide: { accept: 90%, review: 5% }
`;

type Row = Record<string, string>;
interface World { left: Row[]; right: Row[] }

/** People in households, some of them delivered with mistakes, and some strangers. */
function worldOf(seed: number): World {
  const random = randomOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = (list: string[]): string => list[below(list.length)]!;
  const names = Array.from({ length: 40 }, () => Array.from({ length: 5 }, () => 'abcdefghij'[below(10)]!).join(''));
  const streets = Array.from({ length: 15 }, (_, n) => `street ${n}`);
  const person = (n: number, home: number): Row => ({ id: `r${n}`, name: pick(names), birth: `${1950 + below(60)}${10 + below(3)}${10 + below(18)}`, street: streets[home % 15]!, home: String(home) });
  const right = Array.from({ length: 90 }, (_, n) => person(n, Math.floor(n / 3)));
  const left = Array.from({ length: 70 }, (_, n): Row => {
    const one = random() < 0.8 ? right[below(right.length)]! : person(1000 + n, below(40));
    const spoilt = (text: string): string => (random() < 0.2 ? text.slice(0, 2) + 'x' + text.slice(3) : text);
    return { id: `l${n}`, source: pick(['A', 'B']), name: random() < 0.05 ? '' : spoilt(one['name']!), birth: random() < 0.1 ? '' : random() < 0.1 ? `${one['birth']!.slice(0, -1)}9` : one['birth']!, street: random() < 0.2 ? pick(streets) : one['street']! };
  });
  return { left, right };
}

const records = (rows: Row[]): Records => ({
  columns: Object.keys(rows[0]!),
  async *rows(columns) { yield await Promise.resolve(rows.map((row) => columns.map((column) => row[column] ?? ''))); },
});

describe('linking two files', () => {
  let client: pg.Client, drop: () => Promise<void>;

  beforeAll(async () => {
    const store = await testDatabase();
    drop = () => store.drop();
    client = new pg.Client({ connectionString: store.url });
    await client.connect();
    await client.query('create extension if not exists fuzzystrmatch schema public');
  });
  afterAll(async () => {
    await client?.end();
    await drop?.();
  });

  async function linked(source: string, left: Row[], right: Row[] | null): Promise<{ report: LinkReport; found: Link[] }> {
    await client.query('drop schema if exists link_try cascade; create schema link_try; set search_path = link_try, public');
    const report = await linkRecords(client, modelOf('try.yaml', source), records(left), right && records(right));
    const found: Link[] = [];
    for await (const link of links(client)) found.push(link);
    return { report, found };
  }

  const sorted = (found: Link[]): { pair: string; decision: string; probability: number }[] =>
    found.map(({ left, right, decision, probability }) => ({ pair: `${left} ${right}`, decision, probability })).sort((a, b) => (a.pair < b.pair ? -1 : 1));

  it.each([1, 2, 3])('finds what looking at every pair finds (world %i)', async (seed) => {
    const { left, right } = worldOf(seed);
    const model = modelOf('try.yaml', MODEL);
    const { report, found } = await linked(MODEL, left, right);
    const share = (column: string, value: string): number => {
      const said = right.map((row) => row[column]!).filter((one) => one !== '');
      return said.filter((one) => one === value).length / said.length;
    };
    const expected = left.flatMap((l) => {
      const odds = right.flatMap((r) => {
        const some = (column: string): boolean => l[column] !== '' && r[column] !== '';
        const same = (column: string): boolean => some(column) && l[column] === r[column];
        if (!same('name') && !same('birth') && !same('street')) return [];
        const level = (column: string, steps: boolean[]): number => (some(column) ? steps.indexOf(true) + 1 : 0);
        const levels = [
          level('name', [same('name'), distance(l['name']!, r['name']!) <= 1, true]),
          level('birth', [same('birth'), distance(l['birth']!, r['birth']!) <= 1, true]),
          level('street', [same('street'), true]),
        ];
        const score = scoreOf(report.trained, levels);
        const rare = (['name', 'street'] as const).reduce((sum, column) => sum + (same(column) ? Math.log(share(column, r[column]!) / report.trained.chances.get(column)!) : 0), 0);
        const odd = report.trained.prior * Math.exp(score.same) / (Math.exp(score.unrelated + rare) + Math.exp(score.household!));
        return [{ right: r['id']!, odd, most: mostOf(model, levels) }];
      });
      const nobody = 1 - report.trained.prior * right.length;
      const sum = nobody + odds.reduce((total, one) => total + one.odd, 0);
      // All there is to be is shared out: the candidates and nobody are one.
      expect(odds.reduce((total, one) => total + one.odd / sum, nobody / sum)).toBeCloseTo(1, 12);
      const best = odds.sort((a, b) => b.odd - a.odd)[0];
      const probability = best ? Math.min(best.odd / sum, best.most) : 0;
      const even = odds.length > 1 && Math.abs(odds[0]!.odd / odds[1]!.odd - 1) < 1e-6;
      return probability >= 0.05 ? [{ left: l['id']!, right: even ? '?' : best!.right, probability }] : [];
    });
    const plain = new Map(found.map((one) => [one.left, one]));
    expect([...plain.keys()].sort()).toEqual(expected.map((one) => one.left).sort());
    for (const one of expected) {
      const { right: to, probability, decision } = plain.get(one.left)!;
      if (one.right !== '?') expect(to).toBe(one.right);
      expect(probability).toBeCloseTo(one.probability, 5);
      expect(decision).toBe(one.probability >= 0.9 ? 'auto' : 'review');
    }
    expect(found.length).toBeGreaterThan(20);
  });

  it('does not mind the order of the rows', async () => {
    const { left, right } = worldOf(4);
    const first = sorted((await linked(MODEL, left, right)).found);
    const random = randomOf(5);
    const shuffled = (rows: Row[]): Row[] => rows.map((row) => ({ row, at: random() })).sort((a, b) => a.at - b.at).map(({ row }) => row);
    const second = sorted((await linked(MODEL, shuffled(left), shuffled(right))).found);
    expect(second.map(({ pair, decision }) => `${pair} ${decision}`)).toEqual(first.map(({ pair, decision }) => `${pair} ${decision}`));
    second.forEach(({ probability }, at) => { expect(probability).toBeCloseTo(first[at]!.probability, 9); });
  });

  it('looks at each pair of one file once, whichever rule finds it', async () => {
    const { right } = worldOf(6);
    const twice = right.flatMap((row) => [row, { ...row, id: `${row['id']}b` }]);
    const { found, report } = await linked(MODEL.replace('at-most-one', 'any'), twice, null);
    expect(report.left).toBe(180);
    expect(found.every((one) => one.left !== one.right)).toBe(true);
    expect(new Set(found.map(({ left, right: to }) => [left, to].sort().join(' '))).size).toBe(found.length);
    const doubles = found.filter((one) => one.left.replace(/b$/, '') === one.right.replace(/b$/, ''));
    expect(doubles).toHaveLength(90);
  });

  it('leaves a block that would explode alone, and says which', async () => {
    const many = (side: string): Row[] => Array.from({ length: 300 }, (_, n) => ({ id: `${side}${n}`, source: 'A', name: `name ${n}`, birth: String(19500101 + n), street: 'the one street', home: String(n) }));
    const { report, found } = await linked(`${MODEL}\ntrain: { block_pairs: 1000 }`, many('l'), many('r'));
    expect(report.blocks).toMatchObject([{ rule: 'name', refused: 0, pairs: 300 }, { rule: 'birth', refused: 0, pairs: 300 }, { rule: 'street', refused: 1, largest: 90_000 }]);
    expect(found.filter(({ left, right }) => left.slice(1) === right.slice(1))).toHaveLength(300);
  });

  it('settles what one rule alone finds, when it finds but one', async () => {
    const { left, right } = worldOf(7);
    const certain = `${MODEL}\ncertain:\n  - { name: whole, equal: [name, birth], where: l.street = r.street }\n`;
    const { report, found } = await linked(certain, left, right);
    const plain = left.filter((l) => l['name'] !== '' && l['birth'] !== '' && right.filter((r) => ['name', 'birth', 'street'].every((column) => r[column] === l[column])).length === 1);
    expect(report.certain).toBe(plain.length);
    for (const l of plain) expect(found.find((one) => one.left === l['id'])).toMatchObject({ probability: 1, decision: 'auto' });
  });

  it('makes columns of others, one seeing those before it, of either side', async () => {
    const { left, right } = worldOf(10);
    await linked(`${MODEL}
derive:
  - { column: year, for: left, take: "substr(l.birth, 1, 4)" }
  - { column: decade, for: right, take: "substr(r.birth, 1, 3)" }
  - { column: holder, for: left, on: "r.name = l.name and r.decade = substr(l.year, 1, 3)", take: min(r.n) }
  - { column: holder_home, for: left, on: r.n = l.holder, take: min(r.household) }
`, left, right);
    const { rows } = await client.query<{ uid: string; year: string | null; holder: number | null; home: string | null }>('select uid, year, holder, holder_home as home from left_record order by n');
    const held = (l: Row): number => right.findIndex((r) => r['name'] === l['name'] && l['birth'] !== '' && r['birth']!.slice(0, 3) === l['birth']!.slice(0, 3));
    expect(rows).toEqual(left.map((l) => {
      const at = l['name'] === '' ? -1 : held(l);
      return { uid: l['id'], year: l['birth'] === '' ? null : l['birth']!.slice(0, 4), holder: at < 0 ? null : at + 1, home: at < 0 ? null : right[at]!['home'] };
    }));
    expect(rows.filter(({ home }) => home !== null).length).toBeGreaterThan(20);
    expect(rows.some(({ home }) => home === null)).toBe(true);
  });

  it('takes one record of a source for one person, unless they are plainly alike', async () => {
    const right: Row[] = worldOf(8).right.map((row, n) => ({ ...row, name: `person ${String.fromCharCode(97 + n % 26)}${n}`, birth: String(19500101 + n * 7) }));
    const left: Row[] = right.flatMap((row, n) => [{ ...row, id: `l${n}`, source: 'A' }, ...(n < 10 ? [{ ...row, id: `again${n}`, source: 'A', birth: row['birth']!.replace(/.$/, (digit) => String((Number(digit) + 1) % 10)) }, { ...row, id: `other${n}`, source: 'B' }] : [])]);
    const of = (found: Link[], id: string): number => found.filter((one) => one.left.startsWith(id)).length;
    const strict = (await linked(`${MODEL}\nonce_a_source: { tolerate: { birth: [same] } }`, left, right)).found;
    expect([of(strict, 'l'), of(strict, 'again'), of(strict, 'other')]).toEqual([90, 0, 10]);
    const mild = (await linked(`${MODEL}\nonce_a_source: { tolerate: { birth: [same, near] } }`, left, right)).found;
    expect([of(mild, 'l'), of(mild, 'again'), of(mild, 'other')]).toEqual([90, 10, 10]);
  });

  it.each([
    ["l.name = r.name, frequency: name, exact: name", 'l.nam = r.name', /compare\.name\.same.*nam/],
    ['levenshtein(l.birth, r.birth) <= 1', '1); drop table left_record; --', /compare\.birth\.near/],
  ])('refuses a condition the store cannot read: %s', async (good, bad, message) => {
    const { left, right } = worldOf(9);
    await expect(linked(MODEL.replace(good, bad), left, right)).rejects.toThrow(message);
    await expect(client.query('select from left_record limit 1')).resolves.toBeDefined();
  });
});

/** Edits between two texts. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries()) next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (x === y ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
