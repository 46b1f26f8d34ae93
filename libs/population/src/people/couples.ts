import { ageOn, birthday } from '../calendar/days.js';
import { divorced, everMarried, widowed } from './ages.js';
import type { Block } from './block.js';
import { NEVER, type Person, type Union } from './person.js';

/** Legal ages of marriage: men, women. */
export const MARRIAGE_AGE = [22, 20];

type Wish = 'single' | 'married' | 'divorced' | 'widowed';

/** Pairs the grown people of one block: marriages, ended marriages, and those whom a spouse has left behind. */
export function makeCouples(block: Block): void {
  const floating = block.people.filter((p) => p.origin === 'floating');
  const local = block.people.filter((p) => p.origin === 'local');
  const leftOver = pair(block, local);
  marryAcross(block, leftOver, floating);
  pair(block, floating.filter((p) => p.union === null));
}

/** @returns people who should be married and found nobody */
function pair(block: Block, people: Person[]): Person[] {
  const { rng, world } = block;
  const wishes = new Map<Person, Wish>();
  const men: Person[] = [];
  const women: Person[] = [];
  for (const p of people) {
    if (p.union !== null || ageOn(world.start - 40, p.birth) < MARRIAGE_AGE[p.sex - 1]) continue;
    const age = (world.start - p.birth) / 365.25;
    const s = p.sex - 1;
    let wish: Wish = 'single';
    if (rng.chance(everMarried[s](age))) {
      const x = rng.float();
      wish = x < widowed[s](age) ? 'widowed' : x < widowed[s](age) + divorced[s](age) ? 'divorced' : 'married';
    }
    wishes.set(p, wish);
    (p.sex === 1 ? men : women).push(p);
  }
  men.sort(byBirth);
  women.sort(byBirth);

  const leftOver: Person[] = [];
  for (const wish of ['married', 'divorced'] as const) {
    const brides = women.filter((w) => wishes.get(w) === wish);
    const taken = new Uint8Array(brides.length);
    for (const man of men) {
      if (wishes.get(man) !== wish) continue;
      const bride = nearest(brides, taken, man.birth + rng.normal(700, 800), 2600);
      if (bride < 0) {
        leftOver.push(man);
        continue;
      }
      taken[bride] = 1;
      unite(block, man, brides[bride], wish === 'divorced');
    }
    brides.forEach((bride, i) => taken[i] || leftOver.push(bride));
  }
  for (const p of people) if (wishes.get(p) === 'widowed') bereave(block, p);
  return leftOver.filter((p) => wishes.get(p) === 'married');
}

/** Two of five who found nobody at home married someone who moved here; the rest has a spouse elsewhere, or none. */
function marryAcross(block: Block, seekers: Person[], floating: Person[]): void {
  const { rng, world } = block;
  for (const seeker of seekers) {
    const age = ageOn(world.start, seeker.birth);
    const match = floating.find((f) => f.union === null && f.sex !== seeker.sex
      && ageOn(world.start - 40, f.birth) >= MARRIAGE_AGE[f.sex - 1] && Math.abs(f.birth - seeker.birth) < 2400);
    if (match && rng.chance(0.5)) {
      unite(block, seeker.sex === 1 ? seeker : match, seeker.sex === 1 ? match : seeker, false);
    } else if (rng.chance(0.5) && age < 70) {
      const sex = seeker.sex === 1 ? 2 : 1;
      const latest = birthdayBefore(world.start - 60, MARRIAGE_AGE[sex - 1]);
      const birth = Math.min(latest, Math.round(seeker.birth + rng.normal(0, 900)));
      const spouse = block.add('outside', sex, birth, false);
      unite(block, seeker.sex === 1 ? seeker : spouse, seeker.sex === 1 ? spouse : seeker, false);
    }
  }
}

function unite(block: Block, husband: Person, wife: Person, ended: boolean): void {
  const { rng, world } = block;
  const lawful = Math.max(birthday(husband.birth, MARRIAGE_AGE[0]), birthday(wife.birth, MARRIAGE_AGE[1]));
  const latest = world.start - 30;
  const marriedOn = Math.min(latest, lawful + Math.floor(rng.exponential(1300)));
  const union: Union = {
    husband, wife, marriedOn,
    divorcedOn: ended ? marriedOn + 1 + rng.int(Math.max(1, world.start - 10 - marriedOn)) : NEVER,
    registeredHere: husband.origin === 'local' || wife.origin === 'local' ? rng.chance(0.8) : rng.chance(0.05),
    divorceHere: rng.chance(0.72),
    again: rng.chance(0.05),
  };
  husband.union = union;
  wife.union = union;
  block.unions.push(union);
}

/** A late husband or wife, known to the registers for their children's sake. The day of death follows once kin is known. */
function bereave(block: Block, p: Person): void {
  const { rng, world } = block;
  const sex = p.sex === 1 ? 2 : 1;
  const latest = birthdayBefore(world.start - 400, MARRIAGE_AGE[sex - 1] + 3);
  const birth = Math.min(latest, Math.round(p.birth + rng.normal(p.sex === 1 ? 500 : -900, 800)));
  const late = block.add('local', sex, birth, false);
  late.death = world.start - 1;
  unite(block, sex === 1 ? late : p, sex === 1 ? p : late, false);
}

/** Sets when the late ones died: after their last child was on its way, mostly old, never later than yesterday. */
export function settleDeaths(block: Block): void {
  const { rng, world } = block;
  for (const p of block.people) {
    if (p.counted || p.death === NEVER) continue;
    let earliest = Math.max(p.union!.marriedOn + 30, birthday(p.birth, 45));
    for (const child of p.children) earliest = Math.max(earliest, child.birth + (p.sex === 2 ? 0 : -200));
    const last = world.start - 1;
    const back = Math.floor(rng.exponential(2900));
    p.death = Math.min(last, Math.max(Math.min(earliest, last), last - back));
  }
}

const byBirth = (a: Person, b: Person): number => a.birth - b.birth;

/** The day on which someone must be born, at the latest, to be `age` on `day`. */
export function birthdayBefore(day: number, age: number): number {
  return day - Math.ceil(age * 365.2425) - 2;
}

/** Index of the free one whose birth is nearest to `wanted`, or -1. */
function nearest(list: Person[], taken: Uint8Array, wanted: number, within: number): number {
  let best = -1;
  let distance = within;
  for (let i = 0; i < list.length; i++) {
    if (taken[i]) continue;
    const d = Math.abs(list[i].birth - wanted);
    if (d < distance) {
      distance = d;
      best = i;
    } else if (list[i].birth > wanted + distance) break;
  }
  return best;
}
