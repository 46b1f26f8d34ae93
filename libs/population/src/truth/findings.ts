import type { Registers } from '../feed/sources.js';
import type { Block } from '../people/block.js';
import { maritalStatus, NEVER } from '../people/person.js';
import type { Truth } from './truth.js';

/** Contradictions that life itself leaves between registers on the last day, beside those of planted errors. */
export function findContradictions(block: Block, registers: Registers, truth: Truth): void {
  const { until } = block.world;
  for (const p of block.people) {
    const registered = p.registration?.status === '1';
    if (p.death !== NEVER) {
      if (registered && registers.deaths.has(p)) truth.finding('death-not-cancelled', p);
      if (registers.pensions.drewAfterDeath(p, until)) truth.finding('benefit-after-death', p);
    } else if (p.pending && until - p.birth > 30) truth.finding('birth-not-registered', p);
    else if (registered && registers.marriages.knows(p) && maritalStatus(p)[0] !== p.registration!.marital[0]) truth.finding('marital-status-differs', p);
    if (p.numberShared) truth.finding('number-shared', p);
  }
}
