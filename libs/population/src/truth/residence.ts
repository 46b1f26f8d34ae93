import type { Block } from '../people/block.js';
import { NEVER, type Person } from '../people/person.js';
import type { Elsewhere } from '../place/territory.js';
import type { Truth } from './truth.js';

/** Half a year. */
export const HALF_A_YEAR = 183;

/**
 * Where somebody counts on a day, after the census's two axes: 常住, 不满半年 or 流出; and 一致, 市辖区内分离, 省内流动 or
 * 跨省流动, empty for people who are counted apart. Empty when they are no concern of the district.
 */
export function residenceOn(p: Person, day: number): [residence: string, separation: string] {
  if (p.death !== NEVER || !p.counted) return ['', ''];
  const long = day - p.since >= HALF_A_YEAR;
  if (p.origin === 'compatriot' || p.origin === 'foreign') return p.home === null ? ['', ''] : [long ? '常住' : '不满半年', ''];
  if (p.origin === 'floating') return p.home === null ? ['', ''] : [long ? '常住' : '不满半年', p.registeredAt ? flow(p.registeredAt) : '一致'];
  if (p.registration?.status === '1') {
    if (p.home !== null) return ['常住', long && p.home.village.town !== p.registration.household.address.village.town ? '市辖区内分离' : '一致'];
    if (!long || p.abroad || p.away === null) return ['常住', '一致'];
    return ['流出', flow(p.away)];
  }
  // Born here and not registered yet: here with registration undetermined.
  return p.pending && p.home !== null ? ['常住', '一致'] : ['', ''];
}

/** Between the districts of one city it is separation, not flow. */
function flow(place: Elsewhere): string {
  if (place.relation === 'city' && place.name.endsWith('区')) return '市辖区内分离';
  return place.relation === 'country' ? '跨省流动' : '省内流动';
}

/** Writes down where each counts on day 0, and then every change, with the day from which it is so. */
export class ResidenceTruth {
  /** People who pass half a year on a day. */
  private due = new Map<number, Set<Person>>();

  constructor(
    private readonly truth: Truth,
    private readonly block: Block,
  ) {
    for (const p of block.people) {
      this.look(p, 0);
      this.watch(p);
    }
  }

  /** @param day of the story, after whatever happened before it */
  pass(day: number, moved: Iterable<Person>): void {
    const looked = this.due.get(day) ?? new Set();
    for (const p of moved) {
      looked.add(p);
      this.watch(p);
    }
    for (const p of looked) this.look(p, day);
    this.due.delete(day);
  }

  private watch(p: Person): void {
    const { start, until } = this.block.world;
    const day = p.since + HALF_A_YEAR - start;
    if (day < 1 || day > until - start) return;
    const set = this.due.get(day);
    if (set) set.add(p);
    else this.due.set(day, new Set([p]));
  }

  private look(p: Person, day: number): void {
    const [residence, separation] = residenceOn(p, this.block.world.start + day);
    const now = `${residence},${separation}`;
    if (now === p.residence || (p.residence === '' && residence === '')) return;
    p.residence = now;
    this.truth.resides(p, day, residence, separation);
  }
}
