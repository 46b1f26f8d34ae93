import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dateOfDays, daysFrom2000, isRealDate, parseDate } from './date.js';

const DAY = 86_400_000;
const EPOCH = Date.UTC(2000, 0, 1);

describe('dates', () => {
  it('counts days as the calendar of the runtime does', () => {
    fc.assert(fc.property(fc.integer({ min: -73000, max: 73000 }), (days) => {
      const date = new Date(EPOCH + days * DAY);
      const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
      expect(isRealDate(y, m, d)).toBe(true);
      expect(daysFrom2000(y, m, d)).toBe(days);
      expect(dateOfDays(days)).toBe(date.toISOString().slice(0, 10));
    }));
  });

  it('knows which days do not exist', () => {
    fc.assert(fc.property(fc.integer({ min: 1800, max: 2199 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }), (y, m, d) => {
      const date = new Date(Date.UTC(y, m - 1, d));
      expect(isRealDate(y, m, d)).toBe(date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d);
    }));
  });

  it.each(['20200229', '2020-02-29', '2020/2/29', '2020.02.29', '2020年2月29日', '２０２０-０２-２９', ' 2020-02-29 '])('reads %s', (s) => {
    expect(parseDate(s)).toEqual({ date: '2020-02-29' });
  });

  it.each(['20190229', '20201301', '2020-00-10', '20200431'])('says %s does not exist', (s) => {
    expect(parseDate(s)).toEqual({ problem: 'date-real' });
  });

  it.each(['', '2020', '202002', 'yesterday', '2020-02-29T10:00', '20200229 1'])('does not take %p for a date', (s) => {
    expect(parseDate(s)).toEqual({ problem: 'date-shape' });
  });
});
