import { spouseOf, type Household, type Person } from './person.js';

/** Relation to the head of the household, GB/T 4761. */
export function relationToHead(household: Household, p: Person): string {
  const head = household.head!;
  if (p === head) return '02';
  if (household.type !== '10') return '99';
  if (spouseOf(head) === p) return p.sex === 1 ? '11' : '12';
  if (p.father === head || p.mother === head) return childRank(head, p);
  const spouse = spouseOf(head);
  if (spouse !== null && (p.father === spouse || p.mother === spouse)) return p.sex === 1 ? '27' : '37';
  if (head.father === p) return '51';
  if (head.mother === p) return '52';
  if (spouse !== null && spouse.father === p) return head.sex === 1 ? '55' : '53';
  if (spouse !== null && spouse.mother === p) return head.sex === 1 ? '56' : '54';
  const partner = spouseOf(p);
  if (partner !== null && (partner.father === head || partner.mother === head)) return p.sex === 1 ? '28' : '38';
  for (const parent of [p.father, p.mother]) {
    if (parent === null) continue;
    if (parent.father === head || parent.mother === head) {
      if (parent.sex === 1) return p.sex === 1 ? '41' : '42';
      return p.sex === 1 ? '43' : '44';
    }
  }
  if ((p.father !== null && p.father === head.father) || (p.mother !== null && p.mother === head.mother)) {
    if (p.sex === 1) return p.birth < head.birth ? '71' : '73';
    return p.birth < head.birth ? '75' : '77';
  }
  return '97';
}

/** Only, first, second … son or daughter. */
function childRank(parent: Person, child: Person): string {
  const children = parent.children;
  const tens = child.sex === 1 ? '2' : '3';
  if (children.length === 1) return `${tens}1`;
  let rank = 0;
  for (const c of children) if (c.sex === child.sex && (c.birth < child.birth || (c.birth === child.birth && c.no <= child.no))) rank++;
  return rank <= 5 ? tens + (rank + 1) : `${tens}9`;
}
