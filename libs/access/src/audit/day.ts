/** Minutes by which the district's clock is ahead of UTC: the whole country keeps one time, without summer time. */
const AHEAD_MINUTES = 480;
const DAY_MS = 86_400_000;

/** The district's calendar day of a moment, YYYY-MM-DD. */
export function dayOf(moment: Date): string {
  return new Date(moment.getTime() + AHEAD_MINUTES * 60_000).toISOString().slice(0, 10);
}

/** Whole seconds until the district's next day begins, at least one. */
export function secondsToNextDay(moment: Date): number {
  return Math.max(1, Math.ceil((DAY_MS - (moment.getTime() + AHEAD_MINUTES * 60_000) % DAY_MS) / 1000));
}
