import { checkCharacter, nameAgreement, pinyinKey } from '#kernel';
import type { RoleContract } from '#feeds';
import { dayOf, isoDate, yyyymmdd } from '../calendar/days.js';
import type { Person } from '../people/person.js';
import { LOOK_ALIKE, replaceOne, soundsLike } from './likeness.js';
import type { Planted, SpoiledRow, Spoiler } from './spoiled-row.js';

/**
 * Mistakes about who somebody is, planted only in rows of people whose register entry is sound, so that it is certain
 * what must come of them: the row is well formed and passes, and then a review, a conflict or an unknown number.
 */
function about(salt: number, spoil: (row: SpoiledRow, role: RoleContract, person: Person) => Planted | null): Spoiler['spoil'] {
  return (row) => {
    const { contract } = row.sheet;
    if (contract.spine || contract.roles.length === 0) return null;
    const role = contract.roles[row.draw(contract.roles.length, salt)];
    const person = row.person(role.role);
    if (person === null || !row.isRegistered(person) || !showsNumber(row, role, person)) return null;
    return spoil(row, role, person);
  };
}

/** Whether the row shows the number the register has: else it would not be compared with it. */
export function showsNumber(row: SpoiledRow, role: RoleContract, person: Person): boolean {
  const number = row.sheet.at(role.document);
  return number >= 0 && row.values[number] === person.id && person.kind === '111';
}

/** What a wrong name must cause, by the kernel's own comparison. */
function ruleOfName(name: string, written: string, person: Person, birthDate: string): string {
  const agreement = nameAgreement({ name: written, birthDate }, { name, formerName: person.formerName, birthDate: isoDate(person.birth) });
  if (agreement === 'disagree') return 'name-disagrees';
  return agreement === 'equal' ? '' : 'identity-conflict';
}

function misname(salt: number, change: (name: string, row: SpoiledRow) => string | null): Spoiler['spoil'] {
  return about(salt, (row, role, person) => {
    const at = row.sheet.at(role.name);
    if (at < 0 || row.values[at] !== person.name) return null;
    const written = change(person.name, row);
    if (written === null || written === person.name || !row.put(at, written)) return null;
    const birth = row.sheet.at(role.birthDate);
    const shown = birth >= 0 ? row.values[birth] : '';
    return { field: role.name!, rule: ruleOfName(person.name, written, person, shown === '' ? '' : `${shown.slice(0, 4)}-${shown.slice(4, 6)}-${shown.slice(6)}`) };
  });
}

const STRAY = [...'福喜旺财顺发禄寿昌盛'];

export const MISTAKEN: Spoiler[] = [
  { kind: 'name-look-alike', weight: 8, spoil: misname(61, (name, row) => replaceOne(name, row, 61, (c) => LOOK_ALIKE.get(c))) },
  { kind: 'name-same-sound', weight: 6, spoil: misname(41, writtenByEar) },
  {
    kind: 'name-typo', weight: 6, spoil: misname(62, (name, row) => {
      const characters = [...name];
      if (characters.length < 2 || name.includes('·')) return null;
      characters[1 + row.draw(characters.length - 1, 62)] = STRAY[row.draw(STRAY.length, 63)];
      return characters.join('');
    }),
  },
  { kind: 'name-cut', weight: 4, spoil: misname(64, (name, row) => (name.includes('·') ? null : name.slice(0, -1) + ['?', '？', '□'][row.draw(3, 64)])) },
  { kind: 'name-swapped', weight: 2, spoil: misname(65, (name) => (/^[\u4e00-\u9fff]{3}$/.test(name) ? name[0] + name[2] + name[1] : null)) },
  { kind: 'id-of-parent', weight: 6, spoil: about(66, ofParent) },
  { kind: 'id-of-nobody', weight: 5, spoil: about(67, ofNobody) },
  { kind: 'id-missing', weight: 8, spoil: missing },
  { kind: 'birth-date-wrong', weight: 6, spoil: about(69, wrongBirth) },
  { kind: 'sex-wrong', weight: 4, spoil: about(70, wrongSex) },
];

/** Another given name that sounds the same. */
function writtenByEar(name: string, row: SpoiledRow): string | null {
  const given = replaceOne(name.slice(1), row, 41, (c) => soundsLike.get(c));
  const written = given === null ? null : name[0] + given;
  return written !== null && pinyinKey(written) === pinyinKey(name) ? written : null;
}

/** A child entered under a parent's number: well formed, and somebody else's. */
function ofParent(row: SpoiledRow, role: RoleContract, person: Person): Planted | null {
  const parent = [person.mother, person.father].find((p) => p !== null && row.isRegistered(p) && p.name !== person.name) ?? null;
  const at = row.sheet.at(role.document);
  const name = row.sheet.at(role.name);
  if (parent === null || row.sheet.isKey[at] || name < 0 || person.birth < dayOf(1990, 1, 1)) return null;
  if (ruleOfName(parent.name, row.values[name], parent, isoDate(person.birth)) !== 'name-disagrees') return null;
  return row.put(at, parent.id) ? { field: role.document!, rule: 'name-disagrees' } : null;
}

/** A number of a county that gave out none, right in itself: it fits nobody. */
function ofNobody(row: SpoiledRow, role: RoleContract, person: Person): Planted | null {
  const at = row.sheet.at(role.document);
  if (row.sheet.isKey[at]) return null;
  const first17 = `${person.id.slice(0, 4)}96${person.id.slice(6, 17)}`;
  return row.put(at, first17 + checkCharacter(first17)) ? { field: role.document!, rule: 'unregistered' } : null;
}

/** No card at hand: the kind says so, and the number is not there. */
function missing(row: SpoiledRow): Planted | null {
  for (const role of row.sheet.contract.roles) {
    const at = row.sheet.at(role.document);
    const kind = row.sheet.kindColumnOf(role);
    const none = kind < 0 ? null : row.sheet.word(kind, '999');
    if (at < 0 || none === null || row.values[at] === '' || row.sheet.isKey[at] || row.sheet.fields[at].required) continue;
    row.values[at] = '';
    row.values[kind] = none;
    return { field: role.document!, rule: '' };
  }
  return null;
}

/** Day and month changed places, or a day off. */
function wrongBirth(row: SpoiledRow, role: RoleContract, person: Person): Planted | null {
  const at = row.sheet.at(role.birthDate);
  if (at < 0 || row.values[at] !== yyyymmdd(person.birth)) return null;
  const text = row.values[at];
  const swapped = text.slice(0, 4) + text.slice(6) + text.slice(4, 6);
  const day = Number(text.slice(6));
  const value = day <= 12 && day !== Number(text.slice(4, 6)) && row.draw(2, 71) === 0 ? swapped : yyyymmdd(person.birth - 1 - row.draw(40, 72));
  return row.put(at, value) ? { field: role.birthDate!, rule: 'identity-conflict' } : null;
}

function wrongSex(row: SpoiledRow, role: RoleContract, person: Person): Planted | null {
  const at = row.sheet.at(role.sex);
  if (at < 0) return null;
  const other = row.sheet.word(at, person.sex === 1 ? '2' : '1');
  return other !== null && row.put(at, other) ? { field: role.sex!, rule: 'identity-conflict' } : null;
}
