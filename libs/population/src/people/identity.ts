import type { Block } from './block.js';
import { CITIZEN_ORDERS, citizenNumber, hongKongMacauPermit, passportNumber, permanentResidentNumber, phoneNumber, residencePermitNumber, taiwanPermit } from '../number/numbers.js';
import { drawDottedName, drawForeignName, drawGivenName, drawSurname } from '../name/names.js';
import { ETHNICITY_CODES, FLOATING_ETHNICITIES, LOCAL_ETHNICITIES } from '../name/other-names.js';
import { Weighted, type Rng } from '../random/rng.js';
import type { Person } from './person.js';
import { stirred } from './stirred.js';

const local = new Weighted(ETHNICITY_CODES, LOCAL_ETHNICITIES);
const floating = new Weighted(ETHNICITY_CODES, FLOATING_ETHNICITIES);

/** Gives a person a birth date that has a number left, and the number. Moves the birth by days at most. */
export function number(block: Block, p: Person, latest: number): void {
  const { rng, world } = block;
  const { territory } = world;
  if (p.origin === 'compatriot') {
    const region = rng.of(['81', '81', '82', '83', '83', '83']);
    if (rng.chance(0.65)) {
      const cell = block.permitCell(p.sex, p.birth, latest);
      p.birth = cell.day;
      p.kind = '521';
      p.id = residencePermitNumber(region, cell.day, p.sex, cell.order);
    } else {
      p.kind = region === '83' ? '511' : '516';
      p.id = region === '83' ? taiwanPermit(block.visitor()) : hongKongMacauPermit(block.visitor(), region === '82');
    }
    return;
  }
  if (p.origin === 'foreign') {
    if (rng.chance(0.3)) {
      const cell = block.permitCell(p.sex, p.birth, latest);
      p.birth = cell.day;
      p.kind = '553';
      p.id = permanentResidentNumber(territory.prefecture.slice(0, 2), cell.day, p.sex, cell.order, rng.int(100));
    } else {
      p.kind = '414';
      p.id = passportNumber(block.visitor());
    }
    return;
  }
  if (p.twin !== null && p.twin.id !== '') {
    p.birth = p.twin.birth;
    const order = Math.floor((Number(p.twin.id.slice(14, 17)) - 1) / 2);
    // A series for each case: a brother's and a sister's cell of one order may both be the elder twin's.
    p.id = citizenNumber(p.twin.id.slice(0, 4), p.sex === p.twin.sex ? 98 : 95, p.birth, p.sex, order);
    return;
  }
  const cell = block.citizenCell(p.sex, p.birth, latest);
  p.birth = cell.day;
  p.id = citizenNumber(prefectureOf(p, territory.prefecture, Math.floor(cell.order / CITIZEN_ORDERS), rng), 99, cell.day, p.sex, cell.order % CITIZEN_ORDERS);
}

/** The first four digits. A population past six millions spreads over prefectures that do not exist either. */
function prefectureOf(p: Person, here: string, spread: number, rng: Rng): string {
  if (spread > 0) return here.slice(0, 2) + (99 - spread);
  if (p.registeredAt === null) return here;
  const { code, relation } = p.registeredAt;
  return relation === 'country' ? `${code.slice(0, 2)}0${1 + rng.int(9)}` : code.slice(0, 4);
}

/** Names the old first, for children take their fathers' surnames. */
export function nameAll(block: Block): void {
  for (const p of [...block.people].sort((a, b) => a.birth - b.birth)) name(block, p);
}

export function name(block: Block, p: Person): void {
  const { rng } = block;
  if (p.origin === 'foreign') {
    p.ethnicity = '97';
    p.name = drawForeignName(rng, p.sex);
    p.surnameLength = p.name.indexOf(' ');
    return;
  }
  const parent = p.father ?? p.mother;
  if (parent !== null && parent.ethnicity !== '97') p.ethnicity = p.mother !== null && rng.chance(0.3) ? p.mother.ethnicity : parent.ethnicity;
  else if (p.origin === 'local') p.ethnicity = rng.chance(0.011) ? local.at(rng.float()) : '01';
  else p.ethnicity = rng.chance(0.04) ? floating.at(rng.float()) : '01';
  const dotted = parent === null || parent.surnameLength === 0 ? drawDottedName(rng, p.ethnicity, p.sex) : null;
  if (dotted !== null) {
    p.name = dotted;
    p.surnameLength = 0;
    return;
  }
  const after = parent !== null && p.mother !== null && p.mother.surnameLength > 0 && rng.chance(0.035) ? p.mother : parent;
  const surname = after !== null && after.surnameLength > 0 && after.origin !== 'foreign' ? after.name.slice(0, after.surnameLength) : drawSurname(rng, p.ethnicity);
  p.surnameLength = surname.length;
  p.name = surname + drawGivenName(rng, p.sex, p.birth);
  const siblings = p.mother?.children ?? [];
  if (siblings.some((s) => s !== p && s.name === p.name)) p.name = surname + drawGivenName(rng, p.sex, p.birth);
  if (rng.chance(0.022)) p.formerName = surname + drawGivenName(rng, p.sex, p.birth);
  if (p.formerName === p.name) p.formerName = '';
}

export function givePhone(block: Block, p: Person): void {
  const age = (block.world.start - p.birth) / 365.25;
  if (age < 13 || !block.rng.chance(age > 80 ? 0.5 : age < 18 ? 0.6 : 0.96)) return;
  p.phone = phoneNumber(p.no, p.phoneLine);
}

/** The number to ask for: their own, else a grown relative's. */
export function contactPhone(p: Person): string {
  if (p.phone !== '') return p.phone;
  const kin = p.mother?.phone || p.father?.phone;
  if (kin) return kin;
  return p.children.find((c) => c.phone !== '')?.phone ?? '';
}

/** What a counter gets to see: the card, or nothing for one not registered yet. */
export function documentKind(p: Person): string {
  return p.pending ? '999' : p.kind;
}

/** The number a department knows, told apart by `salt`: two of three keep the old one after a correction. */
export function documentNumber(p: Person, salt: number): string {
  if (p.pending) return '';
  return p.formerId !== '' && stirred(p, salt) < 0.67 ? p.formerId : p.id;
}

/** The name a department knows: seven of ten keep the old one after a change. */
export function knownName(p: Person, salt: number): string {
  return p.nameBefore !== '' && stirred(p, salt) < 0.7 ? p.nameBefore : p.name;
}
