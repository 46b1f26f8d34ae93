import type { Address } from '../place/address.js';
import type { Elsewhere } from '../place/territory.js';

/** No such day. */
export const NEVER = 1 << 29;

/**
 * local: in the district's register (now or until lately) · floating: of the mainland, registered elsewhere, lives here ·
 * compatriot: of Hong Kong, Macau or Taiwan · foreign · outside: only met in others' records (a spouse elsewhere,
 * somebody insured here who lives next door).
 */
export type Origin = 'local' | 'floating' | 'compatriot' | 'foreign' | 'outside';

export class Person {
  /** The truth's name for this person. */
  readonly key: string;
  id = '';
  /** Hub document kind. */
  kind = '111';
  /** The number and the name that departments may still know, after a change of either; empty before. */
  formerId = '';
  nameBefore = '';
  name = '';
  formerName = '';
  surnameLength = 1;
  ethnicity = '01';
  death = NEVER;
  father: Person | null = null;
  mother: Person | null = null;
  children: Person[] = [];
  union: Union | null = null;
  twin: Person | null = null;
  /** GB/T 4658 and what they do. */
  education = '';
  work: Work = 'none';
  employer = -1;
  phone = '';
  phoneLine = 0;

  registration: Registration | null = null;
  /** Where they sleep; null when away. */
  home: Address | null = null;
  /** Where they are when away, and of people from elsewhere where they are registered. */
  away: Elsewhere | null = null;
  abroad = false;
  registeredAt: Elsewhere | null = null;
  /** Since when they live where they live now. */
  since = 0;
  /** Born and not registered yet: has no number to show. */
  pending = false;
  /** Another person who was given the same number. */
  sharesNumberWith: Person | null = null;
  /** Holds a number that is not theirs alone. */
  numberShared = false;
  /** Works here and lives next door. */
  commutes = false;
  /** Counted in --people. */
  counted = true;
  /** The last line of the truth about where they live. */
  residence = '';

  constructor(
    readonly no: number,
    readonly seed: number,
    public origin: Origin,
    readonly sex: 1 | 2,
    public birth: number,
  ) {
    this.key = `P${String(no).padStart(10, '0')}`;
  }
}

export type Work = 'none' | 'child' | 'pupil' | 'student' | 'employee' | 'public' | 'farmer' | 'self' | 'retired-employee' | 'retired-public' | 'retired-resident';

/** A marriage, with its end if it has one. */
export interface Union {
  husband: Person;
  wife: Person;
  marriedOn: number;
  divorcedOn: number;
  /** Registered (or ended) at this district's civil-affairs bureau; a court's divorce is not. */
  registeredHere: boolean;
  divorceHere: boolean;
  again: boolean;
}

/** What the police register holds of one person. */
export interface Registration {
  household: Household;
  /** GB/T 4761 */
  relation: string;
  /** Marital status as the register has it: it lags. */
  marital: string;
  spouseId: string;
  reason: string;
  on: number;
  movedInOn: number;
  movedInReason: string;
  movedFrom: string;
  movedOutOn: number;
  movedOutReason: string;
  movedTo: string;
  /** 1 registered, 2 moved out, 3 cancelled on death, 4 cancelled otherwise */
  status: string;
  statusOn: number;
  cancelReason: string;
  /** The register's own idea of name and number follows the person's. */
  updated: number;
}

export interface Household {
  no: string;
  /** Hub code: 10 family, 22 unit's collective, … */
  type: string;
  address: Address;
  head: Person | null;
  members: Person[];
}

export const isMarried = (p: Person): boolean => p.union !== null && p.union.divorcedOn === NEVER && spouseOf(p)!.death === NEVER;

export function spouseOf(p: Person): Person | null {
  if (p.union === null) return null;
  return p.union.husband === p ? p.union.wife : p.union.husband;
}

/** GB/T 2261.2, as it truly is. */
export function maritalStatus(p: Person): string {
  const union = p.union;
  if (union === null) return '10';
  if (union.divorcedOn !== NEVER) return '40';
  const spouse = union.husband === p ? union.wife : union.husband;
  if (spouse.death !== NEVER) return '30';
  return union.again ? '22' : '20';
}
