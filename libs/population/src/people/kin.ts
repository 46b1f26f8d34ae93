import { birthday } from '../calendar/days.js';
import type { Block } from './block.js';
import { MARRIAGE_AGE } from './couples.js';
import type { Person } from './person.js';

/** Fewest days between two children of one mother, twins aside. */
const SPACING = 330;

/** Gives children their mothers and fathers, inside the block: the young first, for they live with them. */
export function linkKin(block: Block): void {
  linkGroup(block, block.people.filter((p) => p.origin === 'local' && p.counted), (m) => m.origin === 'local' || m.union!.husband.origin === 'local');
  linkGroup(block, block.people.filter((p) => p.origin === 'floating'), (m) => m.origin === 'floating' && m.union!.husband.origin !== 'local');
  for (const union of block.unions) settleWedding(union.husband, union.wife, union);
}

function linkGroup(block: Block, children: Person[], isMother: (woman: Person) => boolean): void {
  const { rng, world } = block;
  const mothers = block.people.filter((p) => p.sex === 2 && p.union !== null && p.origin !== 'outside' && isMother(p)).sort((a, b) => b.birth - a.birth);
  const room = mothers.map((m) => capacity(rng.float(), m.birth));
  children.sort((a, b) => b.birth - a.birth);
  for (const child of children) {
    if (child.mother !== null) continue;
    const minor = world.start - child.birth < 18 * 365.25;
    if (!minor && !rng.chance(child.origin === 'local' ? 0.78 : 0.12)) continue;
    const gap = Math.min(41, Math.max(20, rng.normal(26.8, 4.2))) * 365.25;
    const found = search(mothers, room, child, child.birth - gap, minor && child.origin === 'local');
    if (found < 0) continue;
    room[found]--;
    give(child, mothers[found]);
    if (child.twin && child.twin.mother === null) give(child.twin, mothers[found]);
  }
}

/** Children a woman has here, by her own time of birth. */
function capacity(x: number, birth: number): number {
  if (birth < -16436) return x < 0.1 ? 1 : x < 0.3 ? 2 : x < 0.65 ? 3 : 4; // before 1955
  if (birth < -12784) return x < 0.3 ? 1 : x < 0.85 ? 2 : 3; // before 1965
  if (birth < -7305) return x < 0.05 ? 0 : x < 0.62 ? 1 : 2; // before 1980
  return x < 0.06 ? 0 : x < 0.5 ? 1 : x < 0.95 ? 2 : 3;
}

/** The mother whose birth is nearest to the wanted day; a minor's may be further off, and have one child more than planned. */
function search(mothers: Person[], room: number[], child: Person, wanted: number, minor: boolean): number {
  let best = -1;
  let distance = minor ? 9 * 365 : 3 * 365;
  let late = -1;
  let lateDistance = distance;
  for (let i = 0; i < mothers.length; i++) {
    const m = mothers[i];
    const d = Math.abs(m.birth - wanted);
    const age = child.birth - m.birth;
    if (age < 19 * 365.25 || age > 45 * 365.25) continue;
    if (d >= distance && d >= lateDistance) continue;
    if (m.union!.divorcedOn < child.birth) continue;
    if (m.children.some((c) => Math.abs(c.birth - child.birth) < SPACING)) continue;
    if (child.birth - m.union!.husband.birth < 19 * 365.25) continue;
    if (room[i] > 0) {
      if (d < distance) {
        distance = d;
        best = i;
      }
    } else if (minor && d < lateDistance && m.children.length < 4) {
      lateDistance = d;
      late = i;
    }
  }
  return best >= 0 ? best : late;
}

function give(child: Person, mother: Person): void {
  child.mother = mother;
  mother.children.push(child);
  const father = mother.union!.husband;
  child.father = father;
  father.children.push(child);
}

/** Most children are born after the wedding: it moves before the first where the law's ages allow. */
function settleWedding(husband: Person, wife: Person, union: { marriedOn: number }): void {
  const shared = wife.children.filter((c) => c.father === husband);
  if (shared.length === 0) return;
  const first = Math.min(...shared.map((c) => c.birth));
  const lawful = Math.max(birthday(husband.birth, MARRIAGE_AGE[0]), birthday(wife.birth, MARRIAGE_AGE[1]));
  union.marriedOn = Math.max(lawful, Math.min(union.marriedOn, first - 250));
}
