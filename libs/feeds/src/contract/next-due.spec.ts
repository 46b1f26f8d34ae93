import { describe, expect, it } from '@jest/globals';
import type { Schedule } from './contract.js';
import { dueAfterFailure, isLate, nextDue } from './next-due.js';

const beijing = (time: string): Date => new Date(`${time}:00+08:00`);
const next = (schedule: Schedule, after: string): string => new Date(nextDue(schedule, beijing(after)).getTime() + 8 * 3_600_000).toISOString().slice(0, 16);

describe('the next slot of a schedule', () => {
  it.each<[Schedule, string, string]>([
    [{ every: 'hour' }, '2026-01-01T10:00', '2026-01-01T11:00'],
    [{ every: 'hour', at: '00:20' }, '2026-01-01T10:19', '2026-01-01T10:20'],
    [{ every: 'hour', at: '00:20' }, '2026-12-31T23:20', '2027-01-01T00:20'],
    [{ every: 'day' }, '2026-01-01T05:59', '2026-01-01T06:00'],
    [{ every: 'day' }, '2026-01-01T06:00', '2026-01-02T06:00'],
    // Between midnight in Beijing and midnight in Greenwich.
    [{ every: 'day', at: '07:30' }, '2026-03-01T07:29', '2026-03-01T07:30'],
    [{ every: 'day', at: '23:30' }, '2026-02-28T23:45', '2026-03-01T23:30'],
    // The first of January 2026 is a Thursday.
    [{ every: 'week', at: '05:00' }, '2026-01-01T00:00', '2026-01-05T05:00'],
    [{ every: 'week', day: 4, at: '05:00' }, '2026-01-01T04:00', '2026-01-01T05:00'],
    [{ every: 'week', day: 4, at: '05:00' }, '2026-01-01T05:00', '2026-01-08T05:00'],
    [{ every: 'week', day: 7 }, '2026-01-04T07:00', '2026-01-11T06:00'],
    [{ every: 'month', day: 12 }, '2026-01-12T06:00', '2026-02-12T06:00'],
    [{ every: 'month', day: 31 }, '2026-02-01T00:00', '2026-02-28T06:00'],
    [{ every: 'month', day: 31 }, '2028-02-01T00:00', '2028-02-29T06:00'],
    [{ every: 'month' }, '2026-12-15T00:00', '2027-01-01T06:00'],
    [{ every: 'term' }, '2026-01-15T00:00', '2026-03-20T06:00'],
    [{ every: 'term', day: 10 }, '2026-03-10T06:00', '2026-09-10T06:00'],
    [{ every: 'term' }, '2026-09-21T00:00', '2027-03-20T06:00'],
  ])('%j after %s is %s', (schedule, after, slot) => {
    expect(next(schedule, after)).toBe(slot);
  });

  it('lies after the moment, and no slot lies between', () => {
    for (const every of ['hour', 'day', 'week', 'month', 'term'] as const) {
      let at = beijing('2027-12-30T22:10');
      for (let n = 0; n < 40; n++) {
        const slot = nextDue({ every, day: 5, at: '22:15' }, at);
        expect(slot.getTime()).toBeGreaterThan(at.getTime());
        expect(nextDue({ every, day: 5, at: '22:15' }, new Date(slot.getTime() - 1))).toEqual(slot);
        at = slot;
      }
    }
  });
});

describe('a slot that passed', () => {
  it('is caught up with unless the contract skips it', () => {
    const [due, soon, later] = [beijing('2026-01-01T06:00'), beijing('2026-01-01T06:10'), beijing('2026-01-01T07:00')];
    expect(isLate({ every: 'day' }, due, later)).toBe(false);
    expect(isLate({ every: 'day', late: 'skip' }, due, soon)).toBe(false);
    expect(isLate({ every: 'day', late: 'skip' }, due, later)).toBe(true);
  });
});

describe('trying again', () => {
  const now = beijing('2026-01-01T06:00');
  const minutes = (feed: string, failures: number, schedule: Schedule = { every: 'month' }): number => (dueAfterFailure(schedule, feed, failures, now).getTime() - now.getTime()) / 60_000;

  it('takes twice as long each time, an hour and a quarter at most', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) => minutes('pension', failures));
    expect(pauses.map((pause) => pause / pauses[0]!)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((times) => expect.closeTo(times, 2)));
    expect(pauses[0]).toBeGreaterThanOrEqual(1);
    expect(pauses[8]).toBeLessThanOrEqual(75);
  });

  it('is spread by the feed and the same for one feed', () => {
    const feeds = ['pension', 'marriage', 'medical-insurance', 'health-record', 'standard-address'];
    expect(new Set(feeds.map((feed) => minutes(feed, 5))).size).toBe(feeds.length);
    expect(minutes('pension', 5)).toBe(minutes('pension', 5));
  });

  it('does not wait beyond the next slot', () => {
    expect(minutes('pension', 9, { every: 'hour', at: '00:30' })).toBe(30);
  });
});
