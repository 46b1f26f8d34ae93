import { describe, expect, it } from '@jest/globals';
import type { FeedContract } from '#feeds';
import { feedColour } from './feed-colour.js';
import { NO_CONDITION } from './feed-condition.js';
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
  const fine = { ...NO_CONDITION, at: new Date('2025-06-01'), lastRun: 'published' } as const;
  it('is the worst of freshness, last run, rejects and checks, with every cause', () => {
    expect(feedColour(fine, false)).toEqual({ colour: 'green', because: [] });
    expect(feedColour({ ...fine, lastRun: 'held' }, false)).toEqual({ colour: 'amber', because: [{ part: 'last-run', level: 'warn', what: 'held' }] });
    expect(feedColour({ ...fine, lastRun: 'refused' }, false).colour).toBe('red');
    expect(feedColour(fine, true).colour).toBe('red');
    const measures = [{ dimension: 'validity', field: '', level: 'warn', because: 'threshold' }, { dimension: 'completeness', field: '联系电话', level: 'fail', because: 'threshold' }] as const;
    expect(feedColour({ ...fine, measures }, false)).toEqual({
      colour: 'red', because: [{ part: 'rejects', level: 'warn', what: 'validity threshold' }, { part: 'checks', level: 'fail', what: 'completeness 联系电话 threshold' }],
    });
  });

  it('tells at once of a fetch that somebody must mend, and of one that may pass by itself when it has not passed', () => {
    const failing = (rule: string, failures: number) => feedColour({ ...fine, failing: { rule, failures } }, false);
    expect(failing('transport-denied', 1)).toEqual({ colour: 'amber', because: [{ part: 'fetch', level: 'warn', what: 'transport-denied' }] });
    expect([failing('transport-broken', 2).colour, failing('transport-broken', 3).colour]).toEqual(['green', 'amber']);
    expect(feedColour({ ...NO_CONDITION, failing: { rule: 'credential-missing', failures: 1 } }, true).colour).toBe('red');
  });

  it('is never green where nothing was delivered', () => {
    expect(feedColour(NO_CONDITION, true).colour).toBe('grey');
    expect(feedColour({ ...NO_CONDITION, lastRun: 'refused' }, true).colour).toBe('red');
  });
});
