import { drawAge } from './ages.js';
import { Block, type World } from './block.js';
import { giveCareers } from './careers.js';
import { makeCouples, settleDeaths } from './couples.js';
import { makeHomes, drawElsewhere } from './homes.js';
import { makeHouseholds, register } from './households.js';
import { givePhone, name, nameAll, number } from './identity.js';
import { linkKin } from './kin.js';
import { Rng } from '../random/rng.js';
import { NEVER, type Origin, type Person } from './person.js';

/** How long the register still shows who died or moved away. */
export const REGISTER_KEEPS = 900;

/** One block of people as they are on day 0. */
export function populate(world: World, index: number): Block {
  const block = new Block(world, index);
  drawPeople(block);
  makeCouples(block);
  linkKin(block);
  settleDeaths(block);
  for (const p of block.people) {
    if (p.id === '') number(block, p, latestBirth(block, p));
  }
  nameAll(block);
  for (const p of block.people) if (p.death === NEVER) givePhone(block, p);
  makeHouseholds(block);
  makeHomes(block);
  keepDeparted(block);
  addNeighbours(block);
  giveCareers(block);
  keepInfantsWaiting(block);
  shareNumbers(block);
  return block;
}

/** Of a hundred counted people 13 come from elsewhere, more in town than in villages. */
function drawPeople(block: Block): void {
  const { rng, world } = block;
  let before: Person | null = null;
  for (let i = 0; i < block.quota; i++) {
    const x = rng.float();
    const origin: Origin = x < 0.0004 ? 'compatriot' : x < 0.0011 ? 'foreign' : x < (block.urban ? 0.165 : 0.06) ? 'floating' : 'local';
    if (before !== null && rng.chance(0.0085)) {
      const twin = block.add(before.origin, rng.chance(0.7) ? before.sex : before.sex === 1 ? 2 : 1, before.birth);
      twin.registeredAt = before.registeredAt;
      twin.twin = before;
      before.twin = twin;
      number(block, twin, world.start - 1);
      before = null;
      continue;
    }
    const { years, sex } = origin === 'compatriot' || origin === 'foreign' ? { years: 24 + rng.float() * 40, sex: rng.chance(0.6) ? 1 as const : 2 as const } : drawAge(rng, origin);
    const p = block.add(origin, sex, world.start - 1 - Math.floor(years * 365.2425));
    if (origin === 'floating') p.registeredAt = drawElsewhere(block);
    number(block, p, world.start - 1);
    before = years < 45 && (origin === 'local' || origin === 'floating') ? p : null;
  }
}

/** A late spouse's or an outsider's number must not move them below the age they married at. */
function latestBirth(block: Block, p: Person): number {
  if (p.origin === 'outside') p.registeredAt ??= drawElsewhere(block);
  return p.birth + 20;
}

/** The late who died not long ago, and some who moved away, are still shown by the register as no longer here. */
function keepDeparted(block: Block): void {
  const { rng, world } = block;
  for (const p of block.people) {
    if (p.counted || p.origin !== 'local' || p.death < world.start - REGISTER_KEEPS) continue;
    const spouse = p.union!.husband === p ? p.union!.wife : p.union!.husband;
    const household = spouse.registration?.household;
    if (!household) continue;
    const entry = register(block, household, p);
    const reported = p.death + 2 + rng.int(26);
    entry.marital = '20';
    if (reported < world.start) {
      entry.status = '3';
      entry.statusOn = p.death;
      entry.cancelReason = '10';
      entry.updated = reported;
    } else entry.updated = Math.min(entry.updated, world.start - 1);
    p.registration = entry;
    household.members.push(p);
  }
  const gone = rng.poisson(block.quota * 0.018);
  const families = block.households.filter((h) => h.type === '10');
  for (let i = 0; i < gone && families.length > 0; i++) {
    const household = rng.of(families);
    const { years, sex } = drawAge(rng, 'floating');
    const p = block.add('local', sex, world.start - 1 - Math.floor((years + 3) * 365.2425), false);
    number(block, p, world.start - 1000);
    nameLike(p, household.head!, block);
    const entry = register(block, household, p);
    entry.marital = '10';
    entry.relation = '97';
    entry.status = rng.chance(0.9) ? '2' : '4';
    const day = Math.max(entry.on + 1, world.start - 1 - rng.int(REGISTER_KEEPS - 20));
    entry.statusOn = Math.min(day, world.start - 1);
    entry.updated = entry.statusOn;
    const to = drawElsewhere(block);
    if (entry.status === '2') {
      entry.movedOutOn = entry.statusOn;
      entry.movedOutReason = rng.of(['21', '23', '30', '30', '40', '50', '60', '90']);
      entry.movedTo = to.code;
    } else entry.cancelReason = rng.of(['20', '30', '40', '90']);
    p.registration = entry;
    p.away = to;
    p.since = entry.statusOn;
    household.members.push(p);
  }
}

/** Guests who have left again, and people from next door who work here: neither registered nor resident, yet in the registers. */
function addNeighbours(block: Block): void {
  const { rng, world } = block;
  for (let n = rng.poisson(block.quota * 0.02); n > 0; n--) {
    const p = outsider(block, 'floating');
    const left = world.start - 1 - rng.int(400);
    block.gone.push({ person: p, address: block.guestUnit(), arrived: Math.max(p.birth + 30, left - 10 - Math.floor(rng.exponential(500))), left });
  }
  for (let n = rng.poisson(block.quota * 0.006); n > 0; n--) outsider(block, 'outside').commutes = true;
}

function outsider(block: Block, origin: Origin): Person {
  const { rng, world } = block;
  const years = 19 + rng.float() * 34;
  const p = block.add(origin, rng.chance(0.58) ? 1 : 2, world.start - 1 - Math.floor(years * 365.2425), false);
  p.registeredAt = drawElsewhere(block);
  number(block, p, world.start - 1);
  name(block, p);
  givePhone(block, p);
  return p;
}

function nameLike(p: Person, head: Person, block: Block): void {
  p.father = head.sex === 1 ? head : null;
  name(block, p);
  p.father = null;
}

/** Newborns wait some weeks for their parents to register them. */
function keepInfantsWaiting(block: Block): void {
  const { world } = block;
  for (const p of block.people) {
    if (p.origin !== 'local' || p.registration === null || world.start - p.birth > 45) continue;
    if (block.rng.chance(1 - (world.start - p.birth) / 60)) {
      const household = p.registration.household;
      if (household.members.length < 2 || household.head === p) continue;
      household.members.splice(household.members.indexOf(p), 1);
      p.registration = null;
      p.pending = true;
    }
  }
}

/** One number given out twice, as happened before registers were joined: same day, same sex, two people. Drawn apart, so that nothing else moves. */
function shareNumbers(block: Block): void {
  const { world } = block;
  const rng = new Rng(world.seed, block.index * 2 + 2);
  for (const p of block.people) {
    if (rng.int(100_000) >= world.sharedNumbers || !mayShare(p)) continue;
    const other = block.people.find((q) => q !== p && mayShare(q) && q.sex === p.sex && q.birth <= p.birth && p.birth - q.birth < 500 && q.name !== p.name);
    if (other === undefined) continue;
    p.birth = other.birth;
    p.id = other.id;
    p.sharesNumberWith = other;
    p.numberShared = other.numberShared = true;
  }
}

const mayShare = (p: Person): boolean =>
  p.registration?.status === '1' && !p.numberShared && p.twin === null && p.children.length === 0 && p.union === null && p.mother === null && p.registration.household.type === '10';
