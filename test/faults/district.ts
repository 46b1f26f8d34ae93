import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulate } from '#population';

export interface Delivery { feed: string; file: string; mode: 'full' | 'delta'; asOf: string; later: boolean }

/** Of a feed that delivers every few days, this many deliveries after its first are enough. */
const LATER = 2;

/** The feed that delivers the same once more at the end. */
const AGAIN = 'pension';

/** One delivery of several megabytes, which is committed in several chunks. */
export async function largeDelivery(folder: string, config: string): Promise<Delivery> {
  await simulate({ people: 9000, seed: 'chunks', out: folder, config, feeds: ['household-registration'], dirt: 'heavy', truth: false });
  const [only] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Omit<Delivery, 'later'>[];
  return { ...only!, file: join(folder, only!.file), later: false };
}

/** A small district's deliveries: the first of all twelve feeds, then full and partial ones that change them, then one that changes nothing. */
export async function smallDistrict(folder: string, config: string): Promise<Delivery[]> {
  await simulate({ people: 300, seed: 'faults', out: folder, config, days: 40, dirt: 'heavy' });
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Omit<Delivery, 'later'>[];
  const seen = new Map<string, number>();
  const wanted = manifest.flatMap((one) => {
    const before = seen.get(one.feed) ?? 0;
    seen.set(one.feed, before + 1);
    return before > LATER ? [] : [{ ...one, file: join(folder, one.file), later: before > 0 }];
  });
  const again = wanted.findLast(({ feed }) => feed === AGAIN)!;
  return [...wanted, { ...again, asOf: new Date(Date.parse(again.asOf) + 86_400_000).toISOString(), later: true }];
}
