import type { FieldContract } from '#feeds';
import { foldName } from '#kernel';
import { PRIVATE_USE, replaceOne, TRADITIONAL } from './likeness.js';
import { showsNumber } from './mistaken.js';
import type { Planted, SpoiledRow, Spoiler } from './spoiled-row.js';

const CITIZEN = /^\d{17}[\dX]$/;

/** Changes a value whose reading must stay the same. */
function spelling(salt: number, type: FieldContract['type'], change: (value: string, row: SpoiledRow) => string | null) {
  return (row: SpoiledRow): Planted | null => {
    const found = row.field(salt, (field) => field.type === type);
    if (found === null) return null;
    const value = change(row.values[found.at], row);
    if (value === null || value === row.values[found.at] || !row.put(found.at, value)) return null;
    return { field: found.field.column, rule: '' };
  };
}

const wide = (text: string): string => text.replace(/[0-9A-Za-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** The same name in another spelling, by the kernel's own reading of names. */
const sameName = (name: string, other: string | null): string | null => (other !== null && foldName(other) === foldName(name) ? other : null);

/** Other ways to write the same: nothing may come of them. */
export const HARMLESS: Spoiler[] = [
  { kind: 'id-15', weight: 8, spoil: spelling(31, 'document', (id) => (CITIZEN.test(id) && id.slice(6, 8) === '19' && id[0] !== '8' && id[0] !== '9' ? id.slice(0, 6) + id.slice(8, 17) : null)) },
  { kind: 'id-full-width', weight: 5, spoil: spelling(32, 'document', (id) => wide(id)) },
  { kind: 'id-lower-x', weight: 6, spoil: spelling(33, 'document', (id) => (id.endsWith('X') ? `${id.slice(0, -1)}x` : null)) },
  { kind: 'id-spaced', weight: 4, spoil: spelling(34, 'document', (id) => (id.length === 18 ? `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}` : ` ${id}`)) },
  { kind: 'id-quoted', weight: 2, spoil: spelling(35, 'document', (id) => `'${id}`) },
  { kind: 'name-traditional', weight: 8, spoil: spelling(36, 'name', (name, row) => sameName(name, replaceOne(name, row, 36, (c) => TRADITIONAL.get(c)))) },
  { kind: 'name-spaced', weight: 6, spoil: spelling(37, 'name', (name) => sameName(name, [...name].join(name.length === 2 ? '　' : ' '))) },
  { kind: 'name-private-use', weight: 3, spoil: spelling(38, 'name', (name, row) => (row.sheet.contract.format.encoding === 'gb18030' ? null : sameName(name, replaceOne(name, row, 38, (c) => PRIVATE_USE.get(c))))) },
  { kind: 'name-dot', weight: 4, spoil: spelling(39, 'name', (name, row) => (name.includes('·') ? sameName(name, name.replace('·', ['•', '．', '.', '・'][row.draw(4, 39)])) : null)) },
  { kind: 'name-sex-added', weight: 3, spoil: spelling(40, 'name', (name, row) => sameName(name, name + ['(男)', '（女）'][row.draw(2, 40)])) },
  { kind: 'date-dashed', weight: 4, spoil: spelling(42, 'date', (d, row) => [`${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6)}`, `${d.slice(0, 4)}/${Number(d.slice(4, 6))}/${Number(d.slice(6))}`, `${d.slice(0, 4)}年${d.slice(4, 6)}月${d.slice(6)}日`][row.draw(3, 42)]) },
  { kind: 'date-full-width', weight: 2, spoil: spelling(43, 'date', wide) },
  { kind: 'phone-garbled', weight: 8, spoil: phone(44, (_p, row) => ['0', '12345', '无', '13800', '1541234567', '99999999999'][row.draw(6, 44)]) },
  { kind: 'phone-prefixed', weight: 3, spoil: phone(45, (p, row) => [`+86${p}`, `86-${p}`, `${p.slice(0, 3)}-${p.slice(3, 7)}-${p.slice(7)}`, wide(p)][row.draw(4, 45)]) },
  { kind: 'address-short', weight: 6, spoil: spelling(46, 'address', (a) => a.replace(/^.{2,3}省/, '')) },
  { kind: 'address-full-width', weight: 4, spoil: spelling(47, 'address', wide) },
  { kind: 'address-hash', weight: 3, spoil: spelling(48, 'address', (a) => a.replace(/号楼(\d+)单元(\d+)室$/, '#楼$1单元$2')) },
  { kind: 'text-quoted', weight: 3, spoil: spelling(49, 'text', (t, row) => (/(公司|厂|中心|医院|合作社)$/.test(t) && !row.sheet.widths ? `"${t.slice(0, 2)}"${t.slice(2)},本部` : null)) },
];

/** A contract's phones only ever warn; one that rejected them would be another matter. */
function phone(salt: number, change: (value: string, row: SpoiledRow) => string): Spoiler['spoil'] {
  return (row) => {
    const found = row.field(salt, (field) => field.type === 'phone' && field.on_fail === 'warn');
    return found !== null && row.put(found.at, change(row.values[found.at], row)) ? { field: found.field.column, rule: '' } : null;
  };
}

/** Few people have had another name: of their rows, this is the mistake to make. */
export const FORMER: Spoiler[] = [{ kind: 'name-former', weight: 1, spoil: former }];

/** The name before the one in the register. */
function former(row: SpoiledRow): Planted | null {
  if (row.sheet.contract.spine) return null;
  for (const role of row.sheet.contract.roles) {
    const person = row.person(role.role);
    const at = row.sheet.at(role.name);
    if (person === null || at < 0 || person.formerName === '' || !row.isRegistered(person)) continue;
    if (row.values[at] !== person.name || !row.put(at, person.formerName)) continue;
    return { field: role.name!, rule: showsNumber(row, role, person) ? 'identity-conflict' : '' };
  }
  return null;
}
