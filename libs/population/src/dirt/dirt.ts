import type { SupplierSheet } from '../feed/supplier-sheet.js';
import type { Person } from '../people/person.js';
import { mix, seedOf, share, Weighted } from '../random/rng.js';
import { FORMER, HARMLESS } from './harmless.js';
import { MISTAKEN } from './mistaken.js';
import { REJECTED } from './rejected.js';
import { SheetFacts, SpoiledRow, type Planted, type Spoiler } from './spoiled-row.js';

export type DirtLevel = 'none' | 'default' | 'heavy';

/** Shares of a feed's rows: thrown out, mistaken about who, spelled in another way. Never so many that a delivery is held. */
type Shares = readonly [rejected: number, mistaken: number, harmless: number];
const SHARES: Record<DirtLevel, Shares> = { none: [0, 0, 0], default: [0.006, 0.007, 0.012], heavy: [0.028, 0.035, 0.06] };

/** Of the rows of people who have had another name, those that still show it. */
const FORMER_SHARE: Record<DirtLevel, number> = { none: 0, default: 0.1, heavy: 0.3 };
const FORMER_CLASS = 3;

/** Of a hundred thousand people with neither spouse, children nor a mother in the register, those whose number another of them was given too. */
export const SHARED_NUMBERS: Record<DirtLevel, number> = { none: 0, default: 250, heavy: 3500 };

const CLASSES = [REJECTED, MISTAKEN, HARMLESS, FORMER].map((list) => new Weighted(list, list.map((spoiler) => spoiler.weight)));

/** How often another kind is tried when one does not fit the row. */
const TRIES = 8;

/** What befell a row: the spoiler, and what must come of it. */
export interface Spoiled { spoiler: Spoiler; planted: Planted }

/**
 * Plants errors in one feed's rows. Whether and how a record goes wrong depends on the record alone, so it goes wrong
 * in the same way in every delivery, as it does where nobody mends it.
 */
export class Dirt {
  private readonly seed: number;
  private readonly shares: Shares;
  private readonly formerShare: number;
  private readonly row: SpoiledRow;

  constructor(level: DirtLevel, seed: number, sheet: SupplierSheet, isRegistered: (person: Person) => boolean) {
    this.seed = dirtSeed(seed, sheet.contract.feed);
    this.shares = SHARES[level];
    this.formerShare = FORMER_SHARE[level];
    this.row = new SpoiledRow(new SheetFacts(sheet.contract, (at, hub) => sheet.word(at, hub)), isRegistered);
  }

  /** The class of mistakes this record is due, or -1. */
  classOf(identity: number, roles: SpoiledRow['roles']): number {
    const due = classOf(this.seed, this.shares, identity);
    if (due >= 0 || roles.length === 0) return due;
    return roles.some(([, person]) => person.formerName !== '') && share(this.seed, identity, 8) < this.formerShare ? FORMER_CLASS : -1;
  }

  /** Changes `values` unless nothing fits; the caller writes what follows from the spoiler's manner. */
  spoil(values: string[], roles: SpoiledRow['roles'], identity: number, kind: number): Spoiled | null {
    this.row.take(values, roles, mix(this.seed, identity, 5));
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const spoiler = CLASSES[kind].at(share(this.seed, identity, 100 + attempt));
      const planted = spoiler.spoil(this.row);
      if (planted !== null) return { spoiler, planted };
    }
    return null;
  }
}

/** Tells, without writing it, whether a person's register entry is left alone. */
export function soundEntry(level: DirtLevel, seed: number, spine: string): (identity: number) => boolean {
  const own = dirtSeed(seed, spine);
  return (identity) => classOf(own, SHARES[level], identity) < 0;
}

const dirtSeed = (seed: number, feed: string): number => mix(seed, seedOf(feed), 0xd1);

function classOf(seed: number, shares: Shares, identity: number): number {
  let x = share(seed, identity, 9);
  for (let i = 0; i < 3; i++) {
    if (x < shares[i]) return i;
    x -= shares[i];
  }
  return -1;
}
