import type { Block } from './block.js';
import { maritalStatus, NEVER, spouseOf, type Household, type Person, type Registration } from './person.js';
import { relationToHead } from './relation.js';
import { stirred } from './stirred.js';

/** Puts registered people into households: couples with their unmarried children, the old with them or on their own. */
export function makeHouseholds(block: Block): void {
  const { rng, world } = block;
  const placed = new Map<Person, Household>();
  const locals = block.people.filter((p) => p.origin === 'local' && p.counted);
  let unit = block.guests;
  const open = (): Household => {
    const household = block.newHousehold('10', block.address(unit));
    // Few addresses stand empty; when they run out, two households share one, as they do.
    unit += rng.chance(0.12) ? 2 : 1;
    if (unit >= block.units) unit = block.guests + rng.int(Math.max(1, block.units - block.guests));
    return household;
  };
  const join = (household: Household, p: Person): void => {
    household.members.push(p);
    placed.set(p, household);
  };

  // The middle generation first: the old may join it, children follow.
  const grown = locals.filter((p) => world.start - p.birth >= 18 * 365.25).sort((a, b) => rank(world.start, a) - rank(world.start, b) || a.no - b.no);
  for (const p of grown) {
    if (placed.has(p)) continue;
    const spouse = spouseOf(p);
    const together = spouse !== null && p.union!.divorcedOn === NEVER && spouse.death === NEVER && spouse.origin === 'local';
    const age = (world.start - p.birth) / 365.25;
    let household: Household | undefined;
    if (age > 60) {
      const child = p.children.find((c) => placed.has(c) && placed.get(c)!.type === '10');
      if (child && rng.chance(block.urban ? 0.24 : 0.42)) household = placed.get(child);
    } else if (!together && p.union === null) {
      const parent = [p.father, p.mother].find((x) => x !== null && x.origin === 'local' && x.death === NEVER && placed.has(x));
      if (parent && rng.chance(age < 30 ? 0.93 : 0.6)) household = placed.get(parent);
      else if (age < 36 && rng.chance(0.06)) household = block.collectiveHousehold();
    }
    household ??= open();
    join(household, p);
    if (together && !placed.has(spouse)) join(household, spouse);
  }
  for (const p of locals) {
    if (placed.has(p)) continue;
    const carer = [p.mother, p.father, p.mother?.mother, p.mother?.father, p.father?.mother, p.father?.father].find((x) => x && placed.has(x));
    join(carer ? placed.get(carer)! : grown.length > 0 ? placed.get(grown[rng.int(grown.length)])! : open(), p);
  }
  for (const household of block.households) chooseHead(block, household);
  for (const household of block.households) {
    for (const p of household.members) p.registration = register(block, household, p);
  }
}

/** Forty-year-olds found households; then the young; the old come last and may join their children. */
function rank(start: number, p: Person): number {
  const age = (start - p.birth) / 365.25;
  if (age >= 30 && age <= 60) return 0;
  if (p.union !== null && age < 60) return 1;
  return age < 30 ? 2 : 3;
}

function chooseHead(block: Block, household: Household): void {
  const grown = household.members.filter((p) => block.world.start - p.birth >= 18 * 365.25);
  const pool = grown.length > 0 ? grown : household.members;
  const men = pool.filter((p) => p.sex === 1);
  const from = men.length > 0 && block.rng.chance(0.84) ? men : pool;
  household.head = from.reduce((best, p) => (score(block, p) > score(block, best) ? p : best));
}

const score = (block: Block, p: Person): number => {
  const age = (block.world.start - p.birth) / 365.25;
  return age > 75 ? 40 : age > 45 ? 60 : age;
};

/** A new entry in the register, told of on the day it is made. */
export function entryOf(household: Household, p: Person, reason: string, on: number): Registration {
  return {
    household, relation: relationToHead(household, p), marital: maritalStatus(p), spouseId: '', reason, on,
    movedInOn: NEVER, movedInReason: '', movedFrom: '', movedOutOn: NEVER, movedOutReason: '', movedTo: '',
    status: '1', statusOn: on, cancelReason: '', updated: on,
  };
}

/** The register's entry as it stands on day 0. */
export function register(block: Block, household: Household, p: Person): Registration {
  const { world } = block;
  const away = world.territory.elsewhere;
  const born = p.birth + 1 + Math.floor(stirred(p, 21) * 28);
  const entry = entryOf(household, p, '10', Math.min(born, world.start - 1));
  const spouse = spouseOf(p);
  if (spouse !== null && p.union!.divorcedOn === NEVER && spouse.death === NEVER) entry.spouseId = spouse.id;

  // A third of the grown came from somewhere else, mostly to marry, work or study.
  const age = (world.start - p.birth) / 365.25;
  if (age > 20 && stirred(p, 22) < 0.34) {
    const from = away[Math.floor(stirred(p, 23) * away.length)];
    const since = p.birth + Math.floor((18 + stirred(p, 24) * Math.min(age - 18.5, 25)) * 365.25);
    const x = stirred(p, 25);
    entry.on = Math.min(since, world.start - 1);
    entry.movedInOn = entry.on;
    if (x < 0.4) entry.reason = '24';
    else if (x < 0.65 || from === undefined) entry.reason = '23';
    else entry.reason = from.relation === 'country' ? '21' : from.relation === 'province' ? '22' : '23';
    if (entry.reason === '24' || from === undefined) entry.movedFrom = world.territory.villages[Math.floor(stirred(p, 26) * world.territory.villages.length)].code;
    else if (entry.reason === '23') entry.movedFrom = (away.filter((e) => e.relation === 'city')[Math.floor(stirred(p, 27) * 7)] ?? from).code;
    else entry.movedFrom = from.code;
    entry.movedInReason = p.sex === 2 && p.union !== null && stirred(p, 28) < 0.6 ? '21' : ['11', '31', '32', '33', '41', '42', '43', '53'][Math.floor(stirred(p, 29) * 8)];
  } else if (stirred(p, 30) < 0.004) {
    entry.reason = ['30', '41', '43', '50'][Math.floor(stirred(p, 31) * 4)];
  }
  entry.statusOn = entry.on;
  entry.updated = Math.min(world.start - 1, Math.max(entry.on, Math.floor(world.start - 1 - stirred(p, 32) ** 2 * 3600)));
  return entry;
}
