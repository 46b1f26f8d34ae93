import { describe, expect, it } from '@jest/globals';
import { ageOn, birthday, civil, dayOf, isoDate, parseIsoDate, stampOn, yyyymm, yyyymmdd } from './days.js';

describe('days', () => {
  it('count as the calendar does, over a century and a half', () => {
    for (let day = -45000; day < 12000; day += 7) {
      const date = new Date(Date.UTC(2000, 0, 1) + day * 86400000);
      expect(isoDate(day)).toBe(date.toISOString().slice(0, 10));
      expect(civil(day)).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
      expect(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(day);
    }
  });

  it('are written as suppliers write them', () => {
    const day = dayOf(2026, 3, 5);
    expect(yyyymmdd(day)).toBe('20260305');
    expect([yyyymm(day), yyyymm(day, 1), yyyymm(day, 3), yyyymm(day, 15)]).toEqual(['202603', '202602', '202512', '202412']);
    expect(stampOn(day, 0xffffffff)).toMatch(/^20260305(0[89]|1[0-7])[0-5]\d[0-5]\d$/);
  });

  it('know ages and birthdays, those of a leap day too', () => {
    const leap = dayOf(2004, 2, 29);
    expect(ageOn(dayOf(2026, 2, 28), leap)).toBe(21);
    expect(ageOn(dayOf(2026, 3, 1), leap)).toBe(22);
    expect(isoDate(birthday(leap, 22))).toBe('2026-03-01');
  });

  it('are read from dates that exist', () => {
    expect(parseIsoDate('2024-02-29')).toBe(dayOf(2024, 2, 29));
    for (const text of ['2023-02-29', '2024-13-01', '20240101', '']) expect(parseIsoDate(text)).toBeNull();
  });
});
