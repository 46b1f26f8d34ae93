import { mix } from '../random/rng.js';
import type { Person } from './person.js';

/** 0 <= x < 1, always the same for a person and a salt: for what must not change when it is asked for again. */
export function stirred(p: Person, salt: number): number {
  return mix(p.seed, salt, 3) / 4294967296;
}

export function stirredPick(p: Person, salt: number, n: number): number {
  return Math.floor(stirred(p, salt) * n);
}
