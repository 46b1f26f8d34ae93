import { mortality } from '../people/ages.js';
import { drawElsewhere, goAway } from '../people/homes.js';
import { entryOf } from '../people/households.js';
import { givePhone, name, number } from '../people/identity.js';
import { MARRIAGE_AGE } from '../people/couples.js';
import { ageOn } from '../calendar/days.js';
import { isMarried, maritalStatus, NEVER, spouseOf, type Household, type Person, type Union } from '../people/person.js';
import { relationToHead } from '../people/relation.js';
import { stirred } from '../people/stirred.js';
import { type Chapter, isRegistered } from './chapter.js';

/** Births, deaths, weddings and divorces, by the year and the person. */
export function planFamilies(chapter: Chapter): void {
  chapter.often(0.0064, birth);
  chapter.often(0.0088, death);
  chapter.often(0.0046, wedding);
  chapter.often(0.0021, divorce);
  const { block } = chapter;
  const { start } = block.world;
  for (const p of block.people) {
    // What was on its way on day 0 comes to its end.
    if (p.pending) chapter.on(start + block.rng.between(0, 35), (c) => registerNewborn(c, p));
    else if (p.death !== NEVER && isRegistered(p) && block.rng.chance(0.92)) chapter.on(start + block.rng.between(0, 20), (c) => cancel(c, p));
  }
}

function birth(chapter: Chapter): void {
  const mother = chapter.find((p) => p.sex === 2 && p.home !== null && isMarried(p) && chapter.age(p) > 20.8 && chapter.age(p) < 42
    && chapter.rng.chance(chapter.age(p) < 34 ? 0.9 : 0.25) && p.children.length < 3 && p.children.every((c) => chapter.date - c.birth > 400));
  if (mother === null) return;
  const first = bear(chapter, mother, null);
  if (chapter.rng.chance(0.012)) bear(chapter, mother, first);
}

function bear(chapter: Chapter, mother: Person, twin: Person | null): Person {
  const { block, rng, date } = chapter;
  const father = mother.union!.husband;
  const local = isRegistered(mother) || isRegistered(father);
  const baby = block.add(local ? 'local' : 'floating', rng.chance(0.52) ? 1 : 2, date);
  baby.registeredAt = local ? null : mother.registeredAt ?? father.registeredAt ?? drawElsewhere(block);
  if (twin) {
    baby.twin = twin;
    twin.twin = baby;
  }
  baby.mother = mother;
  baby.father = father;
  number(block, baby, date);
  mother.children.push(baby);
  father.children.push(baby);
  name(block, baby);
  baby.formerName = '';
  baby.work = 'child';
  baby.pending = true;
  baby.home = mother.home;
  baby.since = baby.birth;
  chapter.touch(baby);
  chapter.tell({ kind: 'born' }, baby);
  if (stirred(baby, 122) < 0.86) chapter.later(0, 3, (c) => c.tell({ kind: 'birth-certified' }, baby));
  chapter.later(12, 40, (c) => baby.death === NEVER && c.tell({ kind: 'health-opened' }, baby));
  if (rng.chance(0.97)) chapter.later(4, 45, (c) => registerNewborn(c, baby));
  return baby;
}

/** A newborn enters a parent's household; one of guests is registered where they come from. */
function registerNewborn(chapter: Chapter, baby: Person): void {
  if (!baby.pending || baby.death !== NEVER) return;
  if (baby.origin !== 'local') {
    baby.pending = false;
    chapter.later(0, 10, (c) => c.tell({ kind: 'guest-registered' }, baby));
    return;
  }
  const parent = [baby.mother, baby.father].find((p) => p && p.death === NEVER && isRegistered(p));
  if (!parent) return;
  baby.pending = false;
  enter(chapter, baby, parent.registration!.household, '10');
  chapter.tell({ kind: 'registered' }, baby);
  chapter.touch(baby);
  chapter.later(5, 40, (c) => c.tell({ kind: 'enrolled' }, baby));
}

export function enter(chapter: Chapter, p: Person, household: Household, reason: string): void {
  household.members.push(p);
  household.head ??= p;
  p.registration = entryOf(household, p, reason, chapter.date);
  const spouse = spouseOf(p);
  if (spouse !== null && isMarried(p)) p.registration.spouseId = spouse.id;
}

/** Death comes by age, to a resident or a registered person. */
function death(chapter: Chapter): void {
  const p = chapter.find((x) => x.counted && !x.pending && chapter.rng.chance(mortality(chapter.age(x), x.sex) * 2), 3000);
  if (p === null) return;
  p.death = chapter.date;
  p.home = null;
  chapter.touch(p);
  chapter.tell({ kind: 'died' }, p);
  if (stirred(p, 132) < 0.93) chapter.later(0, 3, (c) => c.tell({ kind: 'death-certified' }, p));
  if (chapter.rng.chance(0.95)) chapter.later(3, 26, (c) => cancel(c, p));
}

/** The register learns of a death; the household may need another head. */
function cancel(chapter: Chapter, p: Person): void {
  if (isRegistered(p)) {
    const entry = p.registration!;
    entry.status = '3';
    entry.statusOn = p.death;
    entry.cancelReason = ageOn(p.death, p.birth) < 40 && stirred(p, 201) < 0.5 ? '12' : '10';
    if (entry.household.head === p) newHead(chapter, entry.household);
  }
  chapter.tell({ kind: 'death-registered' }, p);
  const spouse = spouseOf(p);
  if (spouse !== null && isRegistered(spouse) && p.union!.divorcedOn === NEVER && spouse.death === NEVER && chapter.rng.chance(0.7)) {
    chapter.later(0, 30, (c) => restate(c, spouse));
  }
}

export function newHead(chapter: Chapter, household: Household): void {
  const left = household.members.filter((m) => m.death === NEVER && isRegistered(m));
  household.head = left.reduce<Person | null>((best, m) => (best === null || Math.abs(chapter.age(m) - 50) < Math.abs(chapter.age(best) - 50) ? m : best), null);
  if (household.head === null) return;
  for (const m of left) {
    m.registration!.relation = relationToHead(household, m);
    chapter.tell({ kind: 'entry-changed' }, m);
  }
}

/** The register catches up with who is married to whom. */
function restate(chapter: Chapter, p: Person): void {
  if (!isRegistered(p) || p.death !== NEVER) return;
  p.registration!.marital = maritalStatus(p);
  p.registration!.spouseId = isMarried(p) ? spouseOf(p)!.id : '';
  chapter.tell({ kind: 'entry-changed' }, p);
}

const mayMarry = (chapter: Chapter, p: Person): boolean =>
  (p.union === null || p.union.divorcedOn !== NEVER || spouseOf(p)!.death !== NEVER) && !p.pending && p.kind === '111' && !p.numberShared
  && ageOn(chapter.date, p.birth) >= MARRIAGE_AGE[p.sex - 1] && chapter.age(p) < 50;

function wedding(chapter: Chapter): void {
  const { rng, block, date } = chapter;
  const groom = chapter.find((p) => p.sex === 1 && p.counted && mayMarry(chapter, p) && isRegistered(p));
  if (groom === null) return;
  let bride = rng.chance(0.6)
    ? chapter.find((p) => p.sex === 2 && p.counted && mayMarry(chapter, p) && Math.abs(p.birth - groom.birth) < 2600 && p.mother !== (groom.mother ?? p) && p.father !== (groom.father ?? p), 200)
    : null;
  if (bride === null) {
    bride = block.add('outside', 2, Math.min(groom.birth + Math.round(rng.normal(500, 600)), date - Math.ceil(21 * 365.25)), false);
    goAway(block, bride);
    bride.registeredAt = bride.away;
    number(block, bride, date - Math.ceil(20.5 * 365.25));
    name(block, bride);
    givePhone(block, bride);
  }
  const union: Union = { husband: groom, wife: bride, marriedOn: date, divorcedOn: NEVER, registeredHere: rng.chance(0.85), divorceHere: false, again: groom.union !== null || bride.union !== null };
  groom.union = union;
  bride.union = union;
  block.unions.push(union);
  chapter.tell({ kind: 'married', union }, groom);
  for (const p of [groom, bride]) if (isRegistered(p) && rng.chance(0.8)) chapter.later(3, 45, (c) => restate(c, p));
  const wife = bride;
  if (isRegistered(wife) && rng.chance(0.35)) chapter.later(20, 90, (c) => join(c, wife, groom));
}

/** She moves her registration to his household. */
function join(chapter: Chapter, p: Person, spouse: Person): void {
  if (!isRegistered(p) || !isRegistered(spouse) || p.death !== NEVER || spouseOf(p) !== spouse || p.registration!.household === spouse.registration!.household) return;
  const entry = p.registration!;
  const from = entry.household;
  const to = spouse.registration!.household;
  from.members.splice(from.members.indexOf(p), 1);
  if (from.head === p) newHead(chapter, from);
  to.members.push(p);
  entry.household = to;
  entry.relation = relationToHead(to, p);
  entry.reason = '24';
  entry.movedInOn = chapter.date;
  entry.movedInReason = '21';
  entry.movedFrom = from.address.village.code;
  entry.marital = maritalStatus(p);
  entry.spouseId = spouse.id;
  if (p.home !== null && spouse.home !== null) {
    p.home = spouse.home;
    p.since = chapter.date;
  }
  chapter.touch(p);
  chapter.tell({ kind: 'entry-changed' }, p);
  chapter.tell({ kind: 'rehomed' }, p);
}

function divorce(chapter: Chapter): void {
  const p = chapter.find((x) => x.counted && isRegistered(x) && isMarried(x) && chapter.age(x) > 23 && chapter.age(x) < 62 && chapter.date - x.union!.marriedOn > 60);
  if (p === null) return;
  const { union } = p;
  union!.divorcedOn = chapter.date;
  union!.divorceHere = chapter.rng.chance(0.72);
  chapter.tell({ kind: 'divorced', union: union! }, p);
  for (const one of [union!.husband, union!.wife]) {
    if (isRegistered(one) && chapter.rng.chance(0.65)) chapter.later(5, 60, (c) => restate(c, one));
  }
}
