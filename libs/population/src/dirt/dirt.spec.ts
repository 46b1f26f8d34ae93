import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeedCatalogue } from '#feeds';
import { FEED_ORDER } from '../plan.js';
import { CONFIG, district, keyOf, manifestIn, readDelivery, truthIn } from '../read-out.fixture.js';

/** What is not seen in one row alone: between rows, and once it is known who they speak of. */
const LATER = new Set(['', 'duplicate', 'key-contested', 'name-disagrees', 'identity-conflict', 'unregistered']);

let catalogue: FeedCatalogue;
let clean: string;
let dirty: string;
beforeAll(async () => {
  catalogue = await FeedCatalogue.load(CONFIG);
  clean = await district({ people: 2500, days: 20, dirt: 'none' });
  dirty = await district({ people: 2500, days: 20, dirt: 'heavy' });
});
afterAll(() => {
  for (const out of [clean, dirty]) rmSync(out, { recursive: true, force: true });
});

describe('a clean district', () => {
  it('has no row that any contract rejects or warns of, and no key twice', async () => {
    expect(truthIn(clean, 'errors.csv')).toEqual([]);
    for (const line of manifestIn(clean)) {
      const { rows, warnings } = await readDelivery(catalogue, clean, line);
      expect(rows.flatMap((row) => row.rejected)).toEqual([]);
      expect([...warnings]).toEqual([]);
      expect(new Set(rows.map((row) => keyOf(catalogue.get(line.feed), row.cells))).size).toBe(rows.length);
    }
  });
});

describe('a dirty district', () => {
  it('is rejected exactly where errors were planted, and for the rule they must break', async () => {
    const planted = new Map<string, string[]>();
    for (const { file, row, rule } of truthIn(dirty, 'errors.csv')) planted.set(`${file}:${row}`, [...(planted.get(`${file}:${row}`) ?? []), rule]);
    const wrong: string[] = [];
    let seen = 0;
    for (const line of manifestIn(dirty)) {
      for (const { row, rejected } of (await readDelivery(catalogue, dirty, line)).rows) {
        const rules = (planted.get(`${line.file}:${row}`) ?? []).filter((rule) => !LATER.has(rule));
        if (rejected.join() !== rules.join()) wrong.push(`${line.file}:${row} ${rejected.join()} instead of ${rules.join()}`);
        seen += rules.length;
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(150);
  });

  it('repeats keys exactly where it says so', async () => {
    const errors = truthIn(dirty, 'errors.csv');
    for (const line of manifestIn(dirty)) {
      const contract = catalogue.get(line.feed);
      const byKey = new Map<string, { row: number; text: string }[]>();
      for (const { row, cells } of (await readDelivery(catalogue, dirty, line)).rows) {
        const key = keyOf(contract, cells);
        if (Object.keys(cells).length > 0) byKey.set(key, [...(byKey.get(key) ?? []), { row, text: JSON.stringify(cells) }]);
      }
      const found: string[] = [];
      for (const [, rows] of byKey) {
        if (rows.length < 2) continue;
        const same = rows.every((r) => r.text === rows[0].text);
        for (const { row } of same ? rows.slice(1) : rows) found.push(`${row} ${same ? 'duplicate' : 'key-contested'}`);
      }
      const told = errors.filter((e) => e.file === line.file && (e.rule === 'duplicate' || e.rule === 'key-contested')).map((e) => `${e.row} ${e.rule}`);
      expect([line.file, found.sort()]).toEqual([line.file, told.sort()]);
    }
  });

  it('never rejects so much that a delivery is held', async () => {
    for (const line of manifestIn(dirty).filter((l) => l.day === 0)) {
      const rejects = truthIn(dirty, 'errors.csv').filter((e) => e.file === line.file && !['', 'duplicate', 'name-disagrees', 'identity-conflict', 'unregistered'].includes(e.rule)).length;
      const { rows } = await readDelivery(catalogue, dirty, line);
      expect(rejects).toBeLessThanOrEqual(Math.max(10, rows.length * catalogue.get(line.feed).limits.rejects));
    }
  });

  it('has errors of every kind there is', () => {
    const kinds = new Set(truthIn(dirty, 'errors.csv').map((e) => e.kind));
    for (const kind of ['id-check', 'id-date', 'id-short', 'id-masked', 'id-placeholder', 'id-15', 'id-full-width', 'id-lower-x', 'id-spaced', 'id-missing', 'id-of-parent', 'id-of-nobody',
      'date-impossible', 'date-garbled', 'date-future', 'code-unmapped', 'division-unknown', 'value-missing', 'line-broken', 'row-twice', 'key-twice', 'operation-unknown',
      'name-traditional', 'name-spaced', 'name-sex-added', 'name-same-sound', 'name-former', 'name-look-alike', 'name-typo', 'name-cut', 'birth-date-wrong', 'sex-wrong', 'phone-garbled', 'number-shared']) {
      expect([kind, kinds.has(kind)]).toEqual([kind, true]);
    }
    expect(new Set(truthIn(dirty, 'errors.csv').map((e) => e.feed)).size).toBe(FEED_ORDER.length);
  });
});
