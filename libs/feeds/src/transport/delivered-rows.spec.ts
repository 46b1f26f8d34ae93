import { describe, expect, it } from '@jest/globals';
import { DeliveredRows, REMEMBERED } from './delivered-rows.js';

const STAMP = '20260301100000';

describe('rows of one overlap window', () => {
  it('are remembered up to a limit; beyond it they come again, and the next window is remembered as ever', () => {
    const fill = (delivered: DeliveredRows, rows: number, stamp: string): number => {
      let known = 0;
      for (let n = 0; n < rows; n++) if (delivered.meet(`{"no":${n}}`, stamp)) known++;
      return known;
    };
    const within = new DeliveredRows('t', 600, null);
    expect(fill(within, REMEMBERED, STAMP)).toBe(0);
    const cursor = within.cursor()!;
    expect(Buffer.from(String(cursor['seen']), 'base64')).toHaveLength(REMEMBERED * 8);
    expect(fill(new DeliveredRows('t', 600, cursor), REMEMBERED, STAMP)).toBe(REMEMBERED);

    const beyond = new DeliveredRows('t', 600, null);
    fill(beyond, REMEMBERED + 1, STAMP);
    const [again, seen] = [beyond.cursor()!, Buffer.from(String(beyond.cursor()!['seen']), 'base64').length / 8];
    // What is forgotten is delivered twice, never left out; where to go on is known all the same.
    expect(again['stamp']).toBe(STAMP);
    expect(seen).toBeLessThanOrEqual(REMEMBERED);
    expect(fill(new DeliveredRows('t', 600, again), REMEMBERED + 1, STAMP)).toBe(seen);

    const next = new DeliveredRows('t', 600, again);
    fill(next, 1000, '20260301120000');
    expect(fill(new DeliveredRows('t', 600, next.cursor()), 1000, '20260301120000')).toBe(1000);
  });
});
