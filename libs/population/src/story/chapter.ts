import type { LifeEvent } from '../feed/feed-source.js';
import type { Registers } from '../feed/sources.js';
import type { Block } from '../people/block.js';
import { NEVER, type Person } from '../people/person.js';
import type { Rng } from '../random/rng.js';

/** Something that happens to a block on a day. */
export type Act = (chapter: Chapter) => void;

/** One block's days after day 0: what is going to happen, and when. Departments hear of it through `tell`. */
export class Chapter {
  /** The day being lived through. */
  date = 0;
  readonly rng: Rng;
  private readonly agenda: Act[][];
  /** People whose residence may have changed. */
  private moved = new Set<Person>();

  constructor(
    readonly block: Block,
    private readonly registers: Registers,
  ) {
    const { start, until } = block.world;
    this.rng = block.rng;
    this.agenda = Array.from({ length: until - start }, () => []);
  }

  get days(): number {
    return this.agenda.length;
  }

  /** Lets an act happen as often as its yearly rate among the block's people makes it, on days drawn at random. */
  often(perYear: number, act: Act): void {
    if (this.days === 0) return;
    for (let n = this.rng.poisson((perYear * this.block.quota * this.days) / 365.25); n > 0; n--) this.agenda[this.rng.int(this.days)].push(act);
  }

  /** Once, on the day `date`, if the story gets that far. */
  on(date: number, act: Act): void {
    this.agenda[date - this.block.world.start]?.push(act);
  }

  later(from: number, to: number, act: Act): void {
    this.on(this.date + this.rng.between(from, to), act);
  }

  tell(event: LifeEvent, person: Person): void {
    this.registers.tell(event, person, this.date);
  }

  /** This person lives somewhere else now, or not at all, or belongs somewhere else. */
  touch(p: Person): void {
    this.moved.add(p);
  }

  /** Lives through one day. @returns the people it may have moved */
  live(date: number): Set<Person> {
    this.date = date;
    this.moved = new Set();
    // Acts may add acts to the same day.
    const acts = this.agenda[date - this.block.world.start];
    for (let i = 0; i < acts.length; i++) acts[i](this);
    return this.moved;
  }

  /** A living person that fits, or null when a few dozen looks find none. */
  find(fits: (p: Person) => boolean, looks = 60): Person | null {
    const { people } = this.block;
    for (let i = 0; i < looks; i++) {
      const p = people[this.rng.int(people.length)];
      if (p.death === NEVER && fits(p)) return p;
    }
    return null;
  }

  age(p: Person): number {
    return (this.date - p.birth) / 365.25;
  }

  get registersOf(): Registers {
    return this.registers;
  }
}

export const isRegistered = (p: Person): boolean => p.registration?.status === '1';
