import type { Schedule } from './contract.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Beijing's clock is ahead of UTC and has no summer time. */
const BEIJING = 8 * HOUR;
const USUAL = '06:00';
/** Months in which a school term is told of, from 0, and the day when classes have settled. */
const TERMS = [2, 8];
const TERM_DAY = 20;
/** How far behind its slot a fetch may begin and still be in time. */
const IN_TIME = 15 * MINUTE;
const LONGEST_PAUSE = 60 * MINUTE;

/** The first slot of a schedule that lies after a moment. */
export function nextDue(schedule: Schedule, after: Date): Date {
  const [hour, minute] = (schedule.at ?? USUAL).split(':').map(Number) as [number, number];
  // Counted on a clock that shows Beijing's time as if it were UTC.
  const now = after.getTime() + BEIJING;
  const at = hour * HOUR + minute * MINUTE;
  const today = now - now % DAY;
  const first = (...slots: number[]): Date => new Date(slots.find((slot) => slot > now)! - BEIJING);
  switch (schedule.every) {
    case 'hour': {
      const slot = now - now % HOUR + minute * MINUTE;
      return first(slot, slot + HOUR);
    }
    case 'day': return first(today + at, today + DAY + at);
    case 'week': {
      const weekday = (new Date(today).getUTCDay() + 6) % 7 + 1;
      const slot = today + ((schedule.day ?? 1) - weekday) * DAY + at;
      return first(slot, slot + 7 * DAY);
    }
    default: {
      const date = new Date(today);
      const slots: number[] = [];
      for (let month = date.getUTCMonth(); slots.length < 2; month++) {
        if (schedule.every === 'term' && !TERMS.includes(month % 12)) continue;
        slots.push(dayOf(date.getUTCFullYear(), month, schedule.day ?? (schedule.every === 'term' ? TERM_DAY : 1)) + at);
      }
      return first(...slots);
    }
  }
}

/** Whether a fetch that was due then begins too late for a schedule that skips what it missed. */
export function isLate(schedule: Schedule, due: Date, now: Date): boolean {
  return schedule.late === 'skip' && now.getTime() - due.getTime() > IN_TIME;
}

/**
 * When to try again what may pass by itself: after 1, 2, 4 … 60 minutes, up to a quarter longer by the feed's name, so
 * that feeds of one supplier do not all come at once; never later than the next slot.
 * @param failures how often it has failed in a row, this time with it
 */
export function dueAfterFailure(schedule: Schedule, feed: string, failures: number, now: Date): Date {
  const pause = Math.min(LONGEST_PAUSE, MINUTE * 2 ** Math.min(failures - 1, 10));
  const again = now.getTime() + pause * (1 + shareOf(feed) / 4);
  return new Date(Math.min(again, nextDue(schedule, now).getTime()));
}

function dayOf(year: number, month: number, day: number): number {
  return Date.UTC(year, month, Math.min(day, new Date(Date.UTC(year, month + 1, 0)).getUTCDate()));
}

/** A share of one, the same for the same name. */
function shareOf(name: string): number {
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  return (hash >>> 0) / 2 ** 32;
}
