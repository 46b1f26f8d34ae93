import type { Person } from '../people/person.js';
import { stirred } from '../people/stirred.js';

/** The address a counter has on file: where they live, or for a quarter where they are registered; sometimes none. */
export function contactAddress(p: Person): string {
  const x = stirred(p, 61);
  if (x < 0.06) return '';
  const registered = p.registration?.household.address ?? null;
  const address = x < 0.3 && registered !== null ? registered : p.home ?? registered;
  return address?.full ?? '';
}
