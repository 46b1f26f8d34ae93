import { describe, expect, it } from '@jest/globals';
import type { FeedContract } from '#feeds';
import { feedColour } from './feed-colour.js';
import { judge, type Counted } from './judge.js';

const contract = (quality: FeedContract['quality'] = []): FeedContract => ({ limits: { shrink: 0.05, rejects: 0.1 }, quality } as unknown as FeedContract);
const counted = (good: number, more: Partial<Counted> = {}): Counted => ({ dimension: 'validity', field: '', good, total: 100, ...more });

describe('a measure is judged', () => {
  it('by the limits of its contract: rejects beyond them fail, beyond half of them warn', () => {
    expect([100, 96, 94, 90, 89].map((good) => judge(contract(), counted(good), null).level)).toEqual(['ok', 'ok', 'warn', 'warn', 'fail']);
  });

  it('by a threshold of its own before that of its dimension', () => {
    const own = contract([{ dimension: 'completeness', field: '联系电话', warn: 0.8, fail: 0.5 }]);
    const phone = (good: number) => judge(own, counted(good, { dimension: 'completeness', field: '联系电话' }), null);
    expect([80, 79, 49].map((good) => phone(good).level)).toEqual(['ok', 'warn', 'fail']);
    expect(judge(own, counted(0, { dimension: 'completeness', field: '单位' }), null).level).toBe('ok');
  });

  it('by the share before: a column that suddenly empties is looked at, one that fills up is not', () => {
    const phone = (good: number, before: number) => judge(contract(), counted(good, { dimension: 'completeness', field: '联系电话' }), before);
    expect(phone(60, 0.95)).toMatchObject({ level: 'warn', because: 'jump', value: 0.6 });
    expect(phone(60, 0.65).level).toBe('ok');
    expect(phone(95, 0.2).level).toBe('ok');
  });

  it('as well where there was nothing to count', () => {
    expect(judge(contract(), counted(0, { total: 0 }), null)).toMatchObject({ value: 1, level: 'ok' });
  });

  it('by the clock: hours allowed of hours taken', () => {
    const late = (good: number, total: number) => judge(contract(), counted(good, { dimension: 'timeliness', total }), null).level;
    expect([late(72, 10), late(72, 73), late(72, 200)]).toEqual(['ok', 'warn', 'fail']);
  });
});

describe('the colour of a feed', () => {
  const fine = { at: '2025-06-01', overdue: false, lastRun: 'published', measures: [] } as const;
  it('is the worst of freshness, last run, rejects and checks, with every cause', () => {
    expect(feedColour(fine)).toEqual({ colour: 'green', because: [] });
    expect(feedColour({ ...fine, lastRun: 'held' })).toEqual({ colour: 'amber', because: [{ part: 'last-run', level: 'warn', what: 'held' }] });
    expect(feedColour({ ...fine, lastRun: 'refused' }).colour).toBe('red');
    expect(feedColour({ ...fine, overdue: true }).colour).toBe('red');
    const measures = [{ dimension: 'validity', field: '', level: 'warn', because: 'threshold' }, { dimension: 'completeness', field: '联系电话', level: 'fail', because: 'threshold' }] as const;
    expect(feedColour({ ...fine, measures })).toEqual({
      colour: 'red', because: [{ part: 'rejects', level: 'warn', what: 'validity threshold' }, { part: 'checks', level: 'fail', what: 'completeness 联系电话 threshold' }],
    });
  });

  it('is never green where nothing was delivered', () => {
    expect(feedColour({ at: null, overdue: true, lastRun: null, measures: [] }).colour).toBe('grey');
    expect(feedColour({ at: null, overdue: true, lastRun: 'refused', measures: [] }).colour).toBe('red');
  });
});
