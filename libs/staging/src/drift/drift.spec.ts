import { describe, expect, it } from '@jest/globals';
import type { ColumnTally, FeedContract } from '#feeds';
import { stabilityOf } from '../quality/population-stability.js';
import { columnLook } from './column-look.js';
import { likenessOf, placeLikeness } from './likeness.js';

describe('names and places of columns', () => {
  it('are alike by what they share in order; signs, case and width do not count', () => {
    expect(likenessOf('联系电话', '联系电话')).toBe(1);
    expect(likenessOf('联系电话', '电话')).toBeCloseTo(2 / 3);
    expect(likenessOf('ＮＡＭＥ_1', 'name1')).toBe(1);
    expect(likenessOf('手机', '姓名')).toBe(0);
    expect(likenessOf('', '姓名')).toBe(0);
  });

  it('stand in the same place, or between the same neighbours', () => {
    expect(placeLikeness(['a', 'x', 'c'], 'x', ['a', 'b', 'c'], 'b')).toBe(1);
    expect(placeLikeness(['a', 'x', 'n'], 'x', ['a', 'b', 'c'], 'b')).toBe(1);
    expect(placeLikeness(['n', 'a', 'x', 'c'], 'x', ['a', 'b', 'c'], 'b')).toBe(1);
    expect(placeLikeness(['x', 'c', 'a', 'd'], 'x', ['a', 'b', 'c'], 'b')).toBe(0.5);
    expect(placeLikeness(['c', 'a', 'd', 'x'], 'x', ['a', 'b', 'c'], 'b')).toBe(0);
  });
});

describe('values of a delivery', () => {
  const contract = { transport: { kind: 'file' }, fields: [
    { column: '日期', as: 'day', type: 'date', required: false, on_fail: 'reject' }, { column: '状态', as: 'state', type: 'code', codes: 'state', required: true, on_fail: 'warn' },
  ] } as unknown as FeedContract;
  const tally = (column: string, filled: number, broken: Record<string, number>, unmapped: Record<string, number> | null = {}): ColumnTally =>
    ({ column, filled, broken: new Map(Object.entries(broken)), unmapped: unmapped === null ? null : new Map(Object.entries(unmapped)) });
  const seen = (tallies: ColumnTally[], known = 0) => columnLook(contract, tallies, known).sightings.map(({ kind, field, subject, rows }) => [kind, field, subject, rows]);

  it('are of another type when most of them are, rows that are known among them', () => {
    expect(seen([tally('日期', 100, { 'date-shape': 51 })])).toEqual([['column-retyped', '日期', '', 51]]);
    expect(seen([tally('日期', 100, { 'date-shape': 50 })])).toEqual([]);
    expect(seen([tally('日期', 100, { 'date-shape': 100 })], 100)).toEqual([]);
    expect(seen([tally('日期', 4, { 'date-shape': 4 })])).toEqual([]);
    // A day that does not exist, or is to come, is a wrong date, not another type.
    expect(seen([tally('日期', 100, { 'date-future': 100 })])).toEqual([]);
  });

  it('show a new code that can only be one, or comes again and again, and never what may be a person\'s', () => {
    expect(seen([tally('状态', 100, { 'code-unmapped': 5 }, { 9: 5 })])).toEqual([['code-new', '状态', '9', 5]]);
    expect(seen([tally('状态', 100, { 'code-unmapped': 6 }, { 未婚: 3, 王小明: 2, 李红: 1 })])).toEqual([['code-new', '状态', '未婚', 3], ['code-new', '状态', '', 3]]);
    const number = '11010519491231002X';
    const numbers = columnLook(contract, [tally('状态', 100, { 'code-unmapped': 90 }, { [number]: 90 })], 0);
    expect(numbers.sightings).toMatchObject([{ subject: '', rows: 90, detail: { different: 1 } }]);
    expect(JSON.stringify(numbers)).not.toContain(number);
    expect(seen([tally('状态', 100, { 'code-unmapped': 100 }, Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`A${i}`, 4])))])).toEqual([['code-new', '状态', '', 100]]);
    expect(seen([tally('状态', 100, { 'code-unmapped': 100 }, null)])).toEqual([['code-new', '状态', '', 100]]);
  });

  it('leave a slip of one hand to the rejects', () => {
    expect(seen([tally('状态', 1000, { 'code-unmapped': 2 }, { 9: 2 })])).toEqual([]);
    expect(seen([tally('状态', 1000, { 'code-unmapped': 3 }, { 9: 3 })])).toHaveLength(1);
    expect(seen([tally('状态', 20, { 'code-unmapped': 1 }, { 9: 1 })])).toHaveLength(1);
  });
});

describe('the population stability index', () => {
  const of = (shares: Record<string, number>) => new Map(Object.entries(shares));
  it('is nothing where shares are the same, and what the books say where they are not', () => {
    expect(stabilityOf(of({ a: 500, b: 500 }), of({ a: 50, b: 50 }))).toMatchObject({ psi: 0, shifted: false });
    // (0.8 - 0.5) ln(0.8 / 0.5) + (0.2 - 0.5) ln(0.2 / 0.5)
    expect(stabilityOf(of({ a: 5000, b: 5000 }), of({ a: 8000, b: 2000 }))!.psi).toBeCloseTo(0.3 * Math.log(1.6) - 0.3 * Math.log(0.4), 6);
    expect(stabilityOf(of({ a: 5000, b: 5000 }), of({ a: 8000, b: 2000 }))!.shifted).toBe(true);
    expect(stabilityOf(of({ a: 5000, b: 5000 }), of({ a: 6000, b: 4000 }))!.shifted).toBe(false);
  });

  it('does not take chance for a change: of few rows it takes more', () => {
    const few = stabilityOf(of({ a: 25, b: 25 }), of({ a: 37, b: 13 }))!;
    expect(few.psi).toBeGreaterThan(0.25);
    expect(few).toMatchObject({ shifted: false });
    expect(stabilityOf(of({ a: 250, b: 250 }), of({ a: 370, b: 130 }))!.shifted).toBe(true);
    expect(stabilityOf(of({ a: 25, b: 24 }), of({ a: 500 }))).toBeNull();
  });

  it('bears a code that is new or gone', () => {
    expect(stabilityOf(of({ a: 500, b: 500 }), of({ a: 500, b: 500, c: 1 }))!.shifted).toBe(false);
    expect(stabilityOf(of({ a: 500, b: 500 }), of({ a: 1000 }))!.shifted).toBe(true);
  });
});
