import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { simulate } from '#population';

export interface Delivery { feed: string; file: string; mode: 'full' | 'delta'; asOf: string; later: boolean }

const CONFIG = join(import.meta.dirname, '../../config');

/** The feeds of the small district. */
export const TWELVE = [
  'household-registration', 'medical-insurance', 'pension', 'compulsory-education', 'health-record', 'marriage', 'housing-security',
  'residence-permit', 'residence-registration', 'standard-address', 'birth-certificate', 'death-certificate',
];

/** Of a feed that delivers every few days, this many deliveries after its first are enough. */
const LATER = 2;

/** The feed that delivers the same once more at the end. */
const AGAIN = 'pension';

/** The district's config with some of its feeds: a smaller store, of which each hub has its copy sooner. */
export function configWith(feeds: string[], folder: string): string {
  const kept = new Set(feeds.map((feed) => join(CONFIG, 'feeds', feed)));
  cpSync(CONFIG, folder, { recursive: true, filter: (source) => dirname(source) !== join(CONFIG, 'feeds') || kept.has(source) });
  return folder;
}

/** One delivery of several megabytes, which is committed in several chunks. */
export async function largeDelivery(folder: string): Promise<Delivery> {
  await simulate({ people: 9000, seed: 'chunks', out: folder, config: CONFIG, feeds: ['household-registration'], dirt: 'heavy', truth: false });
  const [only] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Omit<Delivery, 'later'>[];
  return { ...only!, file: join(folder, only!.file), later: false };
}

/** A small district's deliveries: the first of each feed, then full and partial ones that change them, then one that changes nothing. */
export async function smallDistrict(folder: string, feeds: string[]): Promise<Delivery[]> {
  await simulate({ people: 300, seed: 'faults', out: folder, config: CONFIG, feeds, days: 40, dirt: 'heavy' });
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Omit<Delivery, 'later'>[];
  const seen = new Map<string, number>();
  const wanted = manifest.flatMap((one) => {
    const before = seen.get(one.feed) ?? 0;
    seen.set(one.feed, before + 1);
    return before > LATER ? [] : [{ ...one, file: join(folder, one.file), later: before > 0 }];
  });
  const again = wanted.findLast(({ feed }) => feed === AGAIN);
  return again === undefined ? wanted : [...wanted, { ...again, asOf: new Date(Date.parse(again.asOf) + 86_400_000).toISOString(), later: true }];
}
