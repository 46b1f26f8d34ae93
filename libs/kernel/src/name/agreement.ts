import { foldName } from './fold.js';
import { UNKNOWN } from './folding-table.js';
import { pinyinKey } from './reading.js';

export interface NameFacts {
  name: string;
  formerName?: string | null;
  /** YYYY-MM-DD. */
  birthDate?: string | null;
}

export type NameAgreement = 'equal' | 'former' | 'same-sound' | 'one-character' | 'unknown-character' | 'disagree';

/**
 * How two names of what may be one person agree, best first. `one-character` asks for three characters or more, the
 * others equal, and equal birth dates on both sides; `unknown-character` for at least one readable character in common.
 */
export function nameAgreement(a: NameFacts, b: NameFacts): NameAgreement {
  const left = foldName(a.name), right = foldName(b.name);
  if (left === '' || right === '') return 'disagree';
  const readable = !left.includes(UNKNOWN) && !right.includes(UNKNOWN);
  if (left === right && readable) return 'equal';
  const leftFormer = foldName(a.formerName ?? ''), rightFormer = foldName(b.formerName ?? '');
  if (readable && (left === rightFormer || leftFormer === right)) return 'former';
  if (!readable) return matchesUnknown(left, right) ? 'unknown-character' : 'disagree';
  if (pinyinKey(left) === pinyinKey(right)) return 'same-sound';
  return sameBirthDate(a, b) && oneApart(Array.from(left), Array.from(right)) ? 'one-character' : 'disagree';
}

function sameBirthDate(a: NameFacts, b: NameFacts): boolean {
  return a.birthDate != null && a.birthDate !== '' && a.birthDate === b.birthDate;
}

function matchesUnknown(left: string, right: string): boolean {
  const l = Array.from(left), r = Array.from(right);
  if (l.length !== r.length) return false;
  let common = 0;
  for (let i = 0; i < l.length; i++) {
    if (l[i] === UNKNOWN || r[i] === UNKNOWN) continue;
    if (l[i] !== r[i]) return false;
    common++;
  }
  return common > 0;
}

/** One character replaced; in names of five characters or more (transliterated ones) also one left out. */
function oneApart(left: string[], right: string[]): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (short.length < 3 || long.length - short.length > 1) return false;
  if (long.length !== short.length && long.length < 5) return false;
  let i = 0;
  while (i < short.length && short[i] === long[i]) i++;
  let j = 0;
  while (j < short.length - i && short[short.length - 1 - j] === long[long.length - 1 - j]) j++;
  return i + j >= long.length - 1 || (short.length === long.length && i + j === short.length - 1);
}
