/** Minutes by which the district's clock is ahead of UTC: the whole country keeps one time, without summer time. */
const AHEAD_MINUTES = 480;
const DAY_MS = 86_400_000;

/** The day last asked for: every call asks, and for the same one. */
let last = { from: 0, day: '' };

/** The district's calendar day of a moment, YYYY-MM-DD. */
export function dayOf(moment: Date): string {
  const at = moment.getTime();
  if (at < last.from || at >= last.from + DAY_MS) {
    const there = at + AHEAD_MINUTES * 60_000;
    last = { from: at - ((there % DAY_MS) + DAY_MS) % DAY_MS, day: new Date(there).toISOString().slice(0, 10) };
  }
  return last.day;
}

/** Whole seconds until the district's next day begins, at least one. */
export function secondsToNextDay(moment: Date): number {
  return Math.max(1, Math.ceil((DAY_MS - (moment.getTime() + AHEAD_MINUTES * 60_000) % DAY_MS) / 1000));
}
