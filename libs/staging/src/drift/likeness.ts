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
