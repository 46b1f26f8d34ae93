import type { Elsewhere } from '../place/territory.js';
import type { Block } from './block.js';
import { isMarried, NEVER, spouseOf, type Person } from './person.js';

/** Where everybody lives: at home, in another part of the district, or away; and for how long. */
export function makeHomes(block: Block): void {
  settleLocals(block);
  settleNewcomers(block);
}

function settleLocals(block: Block): void {
  const { rng, world } = block;
  for (const household of block.households) {
    if (household.type !== '10') {
      for (const p of household.members) {
        if (rng.chance(0.5)) goAway(block, p);
        else liveAt(block, p, household.address, 2500);
      }
      continue;
    }
    const x = rng.float();
    const young = household.head !== null && world.start - household.head.birth < 58 * 365.25;
    const moved = x < 0.1 ? block.unitElsewhere(rng) : null;
    const gone = moved === null && x < (young ? 0.15 : 0.115);
    const since = world.start - 5 - Math.floor(rng.exponential(1600));
    const where = gone ? drawElsewhere(block) : null;
    for (const p of household.members) {
      const age = (world.start - p.birth) / 365.25;
      if (gone) {
        p.away = where;
        p.since = Math.max(p.birth, since);
      } else if (age >= 17 && age < 36 && !isMarried(p) && rng.chance(age < 23 ? 0.2 : 0.16)) goAway(block, p);
      else if (moved !== null && !(age > 65 && rng.chance(0.6))) {
        p.home = moved;
        p.since = Math.max(p.birth, since);
      } else liveAt(block, p, household.address, 5200);
    }
  }
}

/** Since birth, since the wedding, or for some years. */
function liveAt(block: Block, p: Person, address: Person['home'], mean: number): void {
  p.home = address;
  const start = block.world.start;
  p.since = Math.max(p.birth, start - 30 - Math.floor(block.rng.exponential(mean)));
}

export function goAway(block: Block, p: Person): void {
  p.home = null;
  p.away = drawElsewhere(block);
  p.abroad = block.rng.chance(0.03);
  p.since = Math.max(p.birth, block.world.start - 5 - Math.floor(block.rng.exponential(900)));
}

/** Half of those who leave stay in the city, a third in the province. */
export function drawElsewhere(block: Block): Elsewhere {
  const { elsewhere } = block.world.territory;
  const x = block.rng.float();
  const relation = x < 0.42 ? 'city' : x < 0.78 ? 'province' : 'country';
  const near = elsewhere.filter((e) => e.relation === relation);
  return block.rng.of(near.length > 0 ? near : elsewhere);
}

/** People from elsewhere lodge by family: a couple with its children, or one or two alone. */
function settleNewcomers(block: Block): void {
  const { rng } = block;
  const guests = block.people.filter((p) => p.counted && p.origin !== 'local');
  const done = new Set<Person>();
  for (const p of guests) {
    if (done.has(p) || p.birth > block.world.start - 16 * 365.25) continue;
    const spouse = spouseOf(p);
    if (spouse !== null && spouse.origin === 'local' && spouse.death === NEVER && spouse.home !== null && p.union!.divorcedOn === NEVER) {
      p.home = spouse.home;
      arrive(block, p, p.union!.marriedOn);
      done.add(p);
      continue;
    }
    const group = [p];
    if (spouse !== null && p.union!.divorcedOn === NEVER && spouse.counted && spouse.origin === p.origin && !done.has(spouse)) group.push(spouse);
    for (const child of p.children) if (child.origin !== 'local' && !done.has(child) && child.counted && child.union === null) group.push(child);
    if (group.length === 1 && rng.chance(0.3)) {
      const mate = guests.find((g) => !done.has(g) && g !== p && g.sex === p.sex && g.union === null && g.birth < block.world.start - 18 * 365.25);
      if (mate) group.push(mate);
    }
    lodge(block, group);
    for (const g of group) done.add(g);
  }
  for (const p of guests) {
    if (done.has(p)) continue;
    // A child without parents here is with relatives who are.
    const host = p.birth > block.world.start - 16 * 365.25 && block.lodgings.length > 0 ? rng.of(block.lodgings) : null;
    if (host === null) lodge(block, [p]);
    else {
      p.home = host[0].home;
      arrive(block, p, host[0].since);
    }
  }
}

export function lodge(block: Block, group: Person[], arrivedOn?: number): void {
  const { rng, world } = block;
  const home = block.guestUnit();
  const arrived = arrivedOn ?? world.start - 2 - Math.floor(rng.exponential(1150));
  for (const p of group) {
    p.home = home;
    arrive(block, p, arrived);
  }
  block.lodgings.push(group);
}

function arrive(block: Block, p: Person, day: number): void {
  p.since = Math.min(block.world.until, Math.max(p.birth, day));
}
