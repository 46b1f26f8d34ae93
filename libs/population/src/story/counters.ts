import { drawGivenName } from '../name/names.js';
import { citizenNumber, phoneNumber } from '../number/numbers.js';
import { type Chapter, isRegistered } from './chapter.js';

/** The small changes that reach a department's counter on any day. */
export function planCounters(chapter: Chapter): void {
  chapter.often(0.05, changePhone);
  chapter.often(0.0006, changeName);
  chapter.often(0.0004, correctNumber);
  chapter.often(0.45, visit);
  chapter.often(0.06, checkGuest);
  chapter.often(0.002, changeSchool);
  chapter.often(0.004, (c) => c.registersOf.addresses.build(c.date));
  chapter.often(0.001, (c) => c.registersOf.addresses.pullDown(c.date));
}

function changePhone(chapter: Chapter): void {
  const p = chapter.find((x) => x.phone !== '' && x.phoneLine < 3 && (x.home !== null || isRegistered(x)));
  if (p === null) return;
  p.phone = phoneNumber(p.no, ++p.phoneLine);
  chapter.tell({ kind: 'phone-changed' }, p);
}

/** A new given name; the register keeps the old one as former. */
function changeName(chapter: Chapter): void {
  const p = chapter.find((x) => isRegistered(x) && x.nameBefore === '' && x.formerName === '' && x.surnameLength > 0 && x.formerId === '');
  if (p === null) return;
  const name = p.name.slice(0, p.surnameLength) + drawGivenName(chapter.rng, p.sex, p.birth);
  if (name === p.name) return;
  p.nameBefore = p.formerName = p.name;
  p.name = name;
  chapter.tell({ kind: 'identity-changed' }, p);
}

/** A number found wrong is replaced: one person, two numbers over time. Its series is used for nothing else. */
function correctNumber(chapter: Chapter): void {
  const p = chapter.find((x) => isRegistered(x) && x.kind === '111' && x.formerId === '' && x.nameBefore === '' && !x.numberShared && x.twin === null && chapter.age(x) > 1);
  if (p === null) return;
  p.formerId = p.id;
  p.id = citizenNumber(p.id.slice(0, 4), 97, p.birth, p.sex, Math.floor((Number(p.id.slice(14, 17)) - 1) / 2));
  chapter.tell({ kind: 'identity-changed' }, p);
}

/** The old and the chronically ill are seen more often. */
function visit(chapter: Chapter): void {
  const p = chapter.find((x) => x.home !== null && chapter.rng.chance(chapter.age(x) > 65 ? 0.9 : 0.12));
  if (p !== null) chapter.tell({ kind: 'health-visited' }, p);
}

function checkGuest(chapter: Chapter): void {
  const p = chapter.find((x) => x.home !== null && x.origin !== 'local', 100);
  if (p !== null) chapter.tell({ kind: 'guest-checked' }, p);
}

function changeSchool(chapter: Chapter): void {
  const p = chapter.find((x) => x.home !== null && chapter.age(x) > 7 && chapter.age(x) < 15, 100);
  if (p !== null) chapter.tell({ kind: 'school-changed' }, p);
}
