import type { FeedContract } from '#feeds';
import { civil, isoDate, yyyymmdd } from './calendar/days.js';
import { EXTENSIONS } from './file/row-writer.js';
import type { FeedSource } from './feed/feed-source.js';

/** One delivery of the story. */
export interface PlannedDelivery {
  /** 0 is the first day of the story. */
  day: number;
  /** Calendar day, from 2000-01-01. */
  date: number;
  feed: string;
  mode: 'full' | 'delta';
  /** Below the output folder, with forward slashes. */
  file: string;
}

/** Feeds in the order of a day: what others refer to first. */
export const FEED_ORDER = [
  'household-registration', 'standard-address', 'residence-registration', 'residence-permit', 'medical-insurance', 'pension',
  'compulsory-education', 'health-record', 'birth-certificate', 'death-certificate', 'marriage', 'housing-security',
];

/** Every delivery from day 0 (everything of every feed) to the last day, each feed on its contract's schedule. */
export function planDeliveries(contracts: readonly FeedContract[], manners: ReadonlyMap<string, FeedSource['manner']>, start: number, until: number): PlannedDelivery[] {
  const ordered = [...contracts].sort((a, b) => FEED_ORDER.indexOf(a.feed) - FEED_ORDER.indexOf(b.feed));
  const plan: PlannedDelivery[] = [];
  for (let date = start; date <= until; date++) {
    for (const contract of ordered) {
      if (date > start && !isDue(contract, date)) continue;
      const manner = manners.get(contract.feed)!;
      const mode = manner === 'full' || (manner === 'full-delta' && date === start) ? 'full' : 'delta';
      const stamp = yyyymmdd(date);
      plan.push({ day: date - start, date, feed: contract.feed, mode, file: `deliveries/${stamp}/${contract.feed}.${mode}.${stamp}.${EXTENSIONS[contract.format.kind]}` });
    }
  }
  return plan;
}

/** Terms are told of on the twentieth of September and of March, when classes have settled. */
function isDue({ schedule }: FeedContract, date: number): boolean {
  const { month, day } = civil(date);
  switch (schedule.every) {
    case 'hour':
    case 'day': return true;
    case 'week': return weekday(date) === (schedule.day ?? 1);
    case 'month': return day === (schedule.day ?? 1);
    case 'term': return (month === 9 || month === 3) && day === (schedule.day ?? 20);
  }
}

/** 1 is Monday; 2000-01-01 was a Saturday. */
const weekday = (date: number): number => ((((date + 5) % 7) + 7) % 7) + 1;

/** manifest.json */
export function manifestOf(plan: readonly PlannedDelivery[]): string {
  const lines = plan.map(({ day, date, feed, file, mode }) => JSON.stringify({ day, asOf: `${isoDate(date)}T00:00:00+08:00`, feed, file, mode }));
  return `[\n${lines.map((line) => `  ${line}`).join(',\n')}\n]\n`;
}
