import type { Address, Gazetteer } from '../place/address.js';
import type { Territory } from '../place/territory.js';
import { Cells } from '../number/cells.js';
import { CITIZEN_ORDERS, PERMIT_ORDERS } from '../number/numbers.js';
import { mix, Rng } from '../random/rng.js';
import { Person, type Household, type Origin, type Union } from './person.js';

/** What all blocks share. */
export interface World {
  seed: number;
  /** Counted people, and how they are dealt out. */
  people: number;
  blocks: number;
  territory: Territory;
  gazetteer: Gazetteer;
  /** Day 0. */
  start: number;
  /** Last day. */
  until: number;
  /** Persons in a hundred thousand who hold somebody else's number. */
  sharedNumbers: number;
}

/** People a block has, about. Their kin are in the same block, so nothing of other blocks is ever held. */
export const BLOCK_PEOPLE = 400;
/** Numbers kept for a block's people, those who come later included. */
export const BLOCK_NUMBERS = 2048;

/** A neighbourhood of some four hundred people: made, lived through and written out on its own. */
export class Block {
  readonly rng: Rng;
  readonly people: Person[] = [];
  readonly unions: Union[] = [];
  readonly households: Household[] = [];
  readonly quota: number;
  /** Units 0..guests-1 are for people from elsewhere, the rest for households; `units` in all at the start. */
  readonly guests: number;
  readonly units: number;
  /** Floating people by the rooms they share. */
  readonly lodgings: Person[][] = [];
  /** Guests of the past. */
  readonly gone: { person: Person; address: Address; arrived: number; left: number }[] = [];
  readonly urban: boolean;
  private readonly citizens: Cells;
  private readonly permits: Cells;
  private nextHousehold = 1;
  private nextGuest = 0;
  private nextVisitor = 0;
  private collective: Household | null = null;

  constructor(
    readonly world: World,
    readonly index: number,
  ) {
    const { people, blocks, seed } = world;
    this.rng = new Rng(seed, index * 2 + 1);
    this.quota = quotaOf(world, index);
    this.guests = guestsOf(this.quota);
    this.units = this.guests + Math.ceil(this.quota * 0.46) + 3;
    this.urban = world.territory.villages[world.territory.villageOf[index]].urban;
    this.citizens = new Cells(index, blocks, CITIZEN_ORDERS * Math.ceil(people / 6_000_000));
    this.permits = new Cells(index, blocks, PERMIT_ORDERS);
  }

  add(origin: Origin, sex: 1 | 2, birth: number, counted = true): Person {
    const no = this.index * BLOCK_NUMBERS + this.people.length;
    const person = new Person(no, mix(this.world.seed, no, 11), origin, sex, birth);
    person.counted = counted;
    this.people.push(person);
    return person;
  }

  citizenCell(sex: 1 | 2, birth: number, latest: number): { day: number; order: number } {
    return this.citizens.take(sex, birth, latest);
  }

  permitCell(sex: 1 | 2, birth: number, latest: number): { day: number; order: number } {
    return this.permits.take(sex, birth, latest);
  }

  /** A number for a paper of another country. */
  visitor(): number {
    return this.index * 32 + this.nextVisitor++;
  }

  address(unit: number): Address {
    return this.world.gazetteer.at(this.index, unit);
  }

  newHousehold(type: string, address: Address): Household {
    const county = address.village.county;
    const serial = this.index * 1000 + this.nextHousehold++;
    const household: Household = { no: `${county}${String(serial).padStart(9, '0')}`, type, address, head: null, members: [] };
    this.households.push(household);
    return household;
  }

  collectiveHousehold(): Household {
    return (this.collective ??= this.newHousehold(this.urban ? '22' : '23', this.address(this.guests)));
  }

  /** A guest unit of this block, in turn. */
  guestUnit(): Address {
    return this.address(this.nextGuest++ % this.guests);
  }

  /** A guest unit of any other block: a home elsewhere in the district. */
  unitElsewhere(rng: Rng): Address {
    const other = rng.int(this.world.blocks);
    return this.world.gazetteer.at(other, rng.int(guestsOf(quotaOf(this.world, other))));
  }
}

export function quotaOf({ people, blocks }: { people: number; blocks: number }, index: number): number {
  return Math.floor(((index + 1) * people) / blocks) - Math.floor((index * people) / blocks);
}

function guestsOf(quota: number): number {
  return Math.ceil(quota * 0.13) + 4;
}
