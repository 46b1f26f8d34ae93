import { isName, nameParts, soundOfParts } from '#kernel';
import { ofText, type Normaliser, type Reading } from './normaliser.js';

/** The kernel's mark of a character nobody could read or type, and what the engine's wildcard level looks for. */
const UNREAD = /□/g, WILDCARD = '?';
const HAN = /\p{Script=Han}/u;

/**
 * Columns: '' — the folded name, ? for every unknown character; _surname and _given — null where the name does not say
 * (a name not of the Han pattern is all surname); _sound — syllables, the surname read as one, null where a character
 * is unknown; _letters — how many characters. A name without Han is its Latin capitals, without diacritics.
 */
export function hanName(): Normaliser {
  return ofText(['', '_surname', '_given', '_sound', '_letters'], readName);
}

function readName(s: string): Reading {
  const parts = nameParts(s);
  const { folded, surname, given, letters } = parts;
  if (!isName(folded)) return null;
  if (given === '' && !HAN.test(folded)) return readForeign(folded);
  if (!folded.includes('□')) return [folded, surname, given || null, soundOfParts(parts), String(letters)];
  return [folded.replace(UNREAD, WILDCARD), part(surname), part(given), null, String(letters)];
}

function part(s: string): string | null {
  return isName(s) ? s.replace(UNREAD, WILDCARD) : null;
}

function readForeign(folded: string): Reading {
  const name = folded.normalize('NFD').replace(/[\u0300-\u036F]+/g, '').normalize('NFC').replace(UNREAD, WILDCARD);
  return [name, name, null, name.includes(WILDCARD) ? null : name.toLowerCase(), String(Array.from(name).length)];
}
