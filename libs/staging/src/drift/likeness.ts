import type { FeedContract, FieldContract } from '#feeds';
import { holdsPersonalNumber } from '#kernel';

/** Likeness from which a missing column and an unknown one are taken for one column renamed. */
const RENAMED = 0.43;
const LONGEST_NAME = 60;

/**
 * How alike an unknown column and a missing one are, 0 to 1: half by name, three tenths by place among the others, two
 * tenths by `content`, 0 to 1. `calledBefore`: what else the missing one was called.
 */
export function columnLikeness(
  header: readonly string[], delivered: string, contract: FeedContract, field: FieldContract, { content, calledBefore }: { content: number; calledBefore?: string | undefined },
): number {
  const names = [field.column, field.as.replaceAll('_', ' '), field.title, ...(calledBefore === undefined ? [] : [calledBefore])];
  const name = Math.max(...names.map((one) => likenessOf(delivered, one)));
  return 0.5 * name + 0.3 * placeLikeness(header, delivered, contract.fields.map(({ column }) => column), field.column) + 0.2 * content;
}

/** Which of the unknown columns and the missing ones, by their numbers, are taken for one another: the likest first, each once. */
export function pairUp(unknown: number, missing: number, likeness: (u: number, m: number) => number): { u: number; m: number; likeness: number }[] {
  const all = Array.from({ length: unknown * missing }, (_, i) => ({ u: Math.floor(i / missing), m: i % missing }))
    .map(({ u, m }) => ({ u, m, likeness: likeness(u, m) })).filter((pair) => pair.likeness >= RENAMED).sort((a, b) => b.likeness - a.likeness);
  const taken = new Set<string>();
  return all.filter(({ u, m }) => {
    if (taken.has(`u${u}`) || taken.has(`m${m}`)) return false;
    taken.add(`u${u}`).add(`m${m}`);
    return true;
  });
}

/** A column's name as it is told; its place, where what stands there can hardly be one. */
export function shownName(header: readonly string[], column: string): string {
  return column !== '' && column.length <= LONGEST_NAME && !holdsPersonalNumber(column) ? column : `#${header.indexOf(column) + 1}`;
}

/** How alike two names of columns are, 0 to 1: twice their longest common subsequence over both lengths; case, width and signs do not count. */
export function likenessOf(one: string, other: string): number {
  const [a, b] = [folded(one), folded(other)];
  if (a.length === 0 || b.length === 0) return 0;
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    b.forEach((y, j) => { next.push(x === y ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!)); });
    row = next;
  }
  return 2 * row[b.length]! / (a.length + b.length);
}

/** Whether a delivered column stands where the contract has another, 0 to 1: half for each neighbour that is the same; all for the same place behind the same one. */
export function placeLikeness(header: readonly string[], delivered: string, contract: readonly string[], column: string): number {
  const [at, of] = [header.indexOf(delivered), contract.indexOf(column)];
  if (at === of && header[at - 1] === contract[of - 1]) return 1;
  return [-1, 1].reduce((sum, step) => sum + (header[at + step] === contract[of + step] ? 0.5 : 0), 0);
}

function folded(name: string): string[] {
  return [...name.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')];
}
