import { drawAge } from '../people/ages.js';
import { giveCareer } from '../people/careers.js';
import { drawElsewhere, lodge } from '../people/homes.js';
import { givePhone, name, number } from '../people/identity.js';
import { NEVER, isMarried, spouseOf, type Household, type Person } from '../people/person.js';
import { type Chapter, isRegistered } from './chapter.js';
import { enter, newHead } from './families.js';

/** People who come, go, and move about: in the register, and in truth. */
export function planMoves(chapter: Chapter): void {
  chapter.often(0.0055, moveOut);
  chapter.often(0.003, settle);
  chapter.often(0.0028, moveIn);
  chapter.often(0.0018, moveHousehold);
  chapter.often(0.012, liveElsewhere);
  chapter.often(0.006, comeHome);
  chapter.often(0.02, arrive);
  chapter.often(0.025, leave);
  chapter.often(0.008, changeLodging);
}

/** Somebody takes their registration elsewhere. */
function moveOut(chapter: Chapter): void {
  const p = chapter.find((x) => isRegistered(x) && x.counted && chapter.age(x) > 18 && chapter.age(x) < 60 && !isMarried(x) && !x.numberShared && chapter.date - x.registration!.on > 30);
  if (p === null) return;
  const to = drawElsewhere(chapter.block);
  const entry = p.registration!;
  entry.status = '2';
  entry.statusOn = entry.movedOutOn = chapter.date;
  entry.movedOutReason = chapter.rng.of(['21', '30', '30', '40', '50', '60', '90']);
  entry.movedTo = to.code;
  if (entry.household.head === p) newHead(chapter, entry.household);
  p.home = null;
  p.away = to;
  p.since = chapter.date;
  chapter.touch(p);
  chapter.tell({ kind: 'moved-out' }, p);
}

/** A guest of some years becomes one of the registered: with a local spouse, or in a household of their own. */
function settle(chapter: Chapter): void {
  const p = chapter.find((x) => x.origin === 'floating' && x.home !== null && !x.pending && x.counted && chapter.age(x) > 20 && chapter.date - x.since > 400, 200);
  if (p === null) return;
  const spouse = spouseOf(p);
  const kin = spouse !== null && isRegistered(spouse) && isMarried(p) ? spouse.registration!.household : null;
  const family = [p];
  if (kin === null && spouse !== null && isMarried(p) && spouse.origin === 'floating' && spouse.home !== null) family.push(spouse);
  for (const child of p.children) if (child.origin === 'floating' && child.home !== null && !child.pending && chapter.age(child) < 18) family.push(child);
  const household = kin ?? chapter.block.newHousehold('10', p.home!);
  for (const member of family) {
    const from = member.registeredAt!;
    member.origin = 'local';
    enter(chapter, member, household, from.relation === 'country' ? '21' : from.relation === 'province' ? '22' : '23');
    const entry = member.registration!;
    entry.movedInOn = chapter.date;
    entry.movedInReason = member !== p ? (member === spouse ? '21' : '23') : kin !== null ? '21' : chapter.rng.of(['11', '11', '31', '32', '33', '41']);
    entry.movedFrom = from.code;
    chapter.touch(member);
    chapter.tell({ kind: 'moved-in' }, member);
  }
  if (kin !== null) chapter.tell({ kind: 'entry-changed' }, spouse!);
}

/** Somebody new moves here and is registered at once: a household of their own, or a parent with a child of the district. */
function moveIn(chapter: Chapter): void {
  const p = newcomer(chapter, 'local');
  const from = drawElsewhere(chapter.block);
  const { block, rng } = chapter;
  const address = block.address(block.guests + rng.int(block.units - block.guests));
  enter(chapter, p, block.newHousehold('10', address), from.relation === 'country' ? '21' : from.relation === 'province' ? '22' : '23');
  const entry = p.registration!;
  entry.movedInOn = chapter.date;
  entry.movedInReason = rng.of(['11', '31', '33', '41', '42', '53']);
  entry.movedFrom = from.code;
  p.home = address;
  p.since = chapter.date;
  chapter.touch(p);
  chapter.tell({ kind: 'moved-in' }, p);
  chapter.later(10, 60, (c) => c.tell({ kind: 'enrolled' }, p));
  chapter.later(10, 90, (c) => p.death === NEVER && c.tell({ kind: 'health-opened' }, p));
}

/** A whole household, register and beds. */
function moveHousehold(chapter: Chapter): void {
  const p = chapter.find((x) => isRegistered(x) && x.registration!.household.type === '10' && x.registration!.household.head === x && x.home !== null, 200);
  if (p === null) return;
  const { household } = p.registration!;
  const from = household.address;
  household.address = chapter.block.unitElsewhere(chapter.rng);
  for (const m of household.members) {
    if (!isRegistered(m) || m.death !== NEVER) continue;
    const entry = m.registration!;
    entry.reason = '24';
    entry.movedInOn = chapter.date;
    entry.movedInReason = '11';
    entry.movedFrom = from.village.code;
    if (m.home !== null && m.home.code === from.code) rehome(chapter, m, household.address);
    chapter.touch(m);
    chapter.tell({ kind: 'entry-changed' }, m);
  }
}

function rehome(chapter: Chapter, p: Person, home: Household['address']): void {
  p.home = home;
  p.since = chapter.date;
  p.away = null;
  p.abroad = false;
  chapter.touch(p);
  chapter.tell({ kind: 'rehomed' }, p);
}

/** Lives somewhere else from now on; the register knows nothing of it. */
function liveElsewhere(chapter: Chapter): void {
  const p = chapter.find((x) => isRegistered(x) && x.home !== null && chapter.age(x) > 17);
  if (p === null) return;
  if (chapter.rng.chance(0.5)) return rehome(chapter, p, chapter.block.unitElsewhere(chapter.rng));
  p.home = null;
  p.away = drawElsewhere(chapter.block);
  p.abroad = chapter.rng.chance(0.03);
  p.since = chapter.date;
  chapter.touch(p);
  chapter.later(0, 60, (c) => p.home === null && p.death === NEVER && c.tell({ kind: 'left' }, p));
}

function comeHome(chapter: Chapter): void {
  const p = chapter.find((x) => isRegistered(x) && x.home === null, 200);
  if (p !== null) rehome(chapter, p, p.registration!.household.address);
}

function newcomer(chapter: Chapter, origin: 'local' | 'floating'): Person {
  const { block, rng, date } = chapter;
  const { years, sex } = drawAge(rng, 'floating');
  const p = block.add(origin, sex, date - Math.floor(Math.max(19, years < 15 ? years + 19 : years) * 365.25));
  if (origin === 'floating') p.registeredAt = drawElsewhere(block);
  number(block, p, date - 19 * 365);
  name(block, p);
  givePhone(block, p);
  giveCareer(block, p, date);
  return p;
}

/** One guest, or two who share a room. The police meet most of them within weeks. */
function arrive(chapter: Chapter): void {
  const { block, rng, date } = chapter;
  const group = [newcomer(chapter, 'floating')];
  if (rng.chance(0.35)) group.push(newcomer(chapter, 'floating'));
  lodge(block, group, date);
  for (const p of group) {
    chapter.touch(p);
    chapter.tell({ kind: 'arrived' }, p);
    if (rng.chance(0.9)) chapter.later(1, 25, (c) => p.home !== null && p.origin === 'floating' && c.tell({ kind: 'guest-registered' }, p));
    if (rng.chance(0.5)) chapter.later(20, 80, (c) => p.home !== null && c.tell({ kind: 'enrolled' }, p));
  }
}

/** A lodging empties; the register of guests hears of it in its own time. */
function leave(chapter: Chapter): void {
  const first = chapter.find((x) => x.home !== null && x.origin !== 'local' && x.counted && !x.pending && !spouseIsLocal(x), 200);
  if (first === null) return;
  const { code } = first.home!;
  for (const p of chapter.block.people) {
    if (p.home?.code !== code || p.origin === 'local' || spouseIsLocal(p)) continue;
    p.home = null;
    p.away = drawElsewhere(chapter.block);
    p.since = chapter.date;
    chapter.touch(p);
    chapter.later(0, 25, (c) => p.home === null && c.tell({ kind: 'left' }, p));
  }
}

const spouseIsLocal = (p: Person): boolean => isMarried(p) && spouseOf(p)!.origin === 'local';

function changeLodging(chapter: Chapter): void {
  const first = chapter.find((x) => x.home !== null && x.origin === 'floating' && x.counted && !x.pending && !spouseIsLocal(x), 200);
  if (first === null) return;
  const { code } = first.home!;
  const home = chapter.block.unitElsewhere(chapter.rng);
  for (const p of chapter.block.people) {
    if (p.home?.code !== code || p.origin === 'local' || spouseIsLocal(p)) continue;
    // They came here when they came; only the room is another.
    const since = p.since;
    rehome(chapter, p, home);
    p.since = since;
    chapter.later(0, 20, (c) => p.home === home && p.origin === 'floating' && !p.pending && c.tell({ kind: 'guest-registered' }, p));
  }
}
