import { tableFault } from './faults.js';
import { openTable } from './table-file.js';

/** Two columns of pairs, or the column of a record's id and that of the cluster it belongs to. */
export type TruthColumns = { left: string; right: string } | { id: string; cluster: string };

/** What is known to be true. */
export interface Truth {
  /** Whether two records are one; undefined where the truth has nothing on the left one (of clusters: on either). */
  same(left: string, right: string): boolean | undefined;
  /**
   * How many pairs there are to be found. Of clusters: between records of which `isLeft` says that they are of the left file
   * and the others; within one file where it is missing.
   */
  pairs(isLeft?: (id: string) => boolean): number;
}

/**
 * Reads truth: pairs, where a left id with an empty right one must not be linked, or clusters, where a record without one is
 * alone. `oneFile`: a file was linked with itself, and a pair holds in both orders.
 * @throws HubError where it contradicts itself, with the row
 */
export async function readTruth(file: string, columns: TruthColumns, oneFile = false): Promise<Truth> {
  return 'id' in columns ? readClusters(file, columns) : readPairs(file, columns, oneFile);
}

async function readPairs(file: string, columns: { left: string; right: string }, oneFile: boolean): Promise<Truth> {
  // Nearly all have one other; a set each would take ten times the memory.
  const first = new Map<string, string>();
  const more = new Map<string, Set<string>>();
  const holds = (left: string, right: string): boolean => first.get(left) === right || more.get(left)?.has(right) === true;
  let count = 0;
  for await (const { row, a: left, b: right } of twoColumns(file, columns.left, columns.right)) {
    const known = first.get(left);
    if (known !== undefined && (known === '') !== (right === '')) throw contradiction(file, row);
    if (known === right || holds(left, right) || (oneFile && right !== '' && holds(right, left))) continue;
    if (known === undefined) first.set(left, right);
    else more.set(left, (more.get(left) ?? new Set()).add(right));
    if (right !== '') count++;
  }
  const others = new Set<string>();
  if (oneFile) for (const rights of [first.values(), ...more.values()]) for (const right of rights) others.add(right);
  return {
    same(left, right) {
      if (holds(left, right) || (oneFile && holds(right, left))) return true;
      return first.has(left) || others.has(left) ? false : undefined;
    },
    pairs: () => count,
  };
}

async function readClusters(file: string, columns: { id: string; cluster: string }): Promise<Truth> {
  const clusterOf = new Map<string, string>();
  for await (const { row, a: id, b: cluster } of twoColumns(file, columns.id, columns.cluster)) {
    const known = clusterOf.get(id);
    if (known !== undefined && known !== cluster) throw contradiction(file, row);
    clusterOf.set(id, cluster);
  }
  return {
    same(left, right) {
      const one = clusterOf.get(left);
      const other = clusterOf.get(right);
      return one === undefined || other === undefined ? undefined : one !== '' && one === other;
    },
    pairs(isLeft) {
      const sizes = new Map<string, [left: number, right: number]>();
      for (const [id, cluster] of clusterOf) {
        if (cluster === '') continue;
        const size = sizes.get(cluster) ?? [0, 0];
        size[isLeft?.(id) === false ? 1 : 0]++;
        sizes.set(cluster, size);
      }
      let count = 0;
      for (const [left, right] of sizes.values()) count += isLeft ? left * right : (left * (left - 1)) / 2;
      return count;
    },
  };
}

async function* twoColumns(file: string, first: string, second: string): AsyncGenerator<{ row: number; a: string; b: string }> {
  const table = await openTable(file);
  try {
    let row = 1;
    for await (const batch of table.rows([first, second])) {
      for (const [a, b] of batch) {
        row++;
        if (a === '') throw tableFault('truth', file, `第 ${row} 条记录没有 ${first}（表头为第 1 条）。`, `record ${row} has no ${first} (the header is record 1).`, { row });
        yield { row, a, b };
      }
    }
  } finally {
    await table.close();
  }
}

function contradiction(file: string, row: number): unknown {
  return tableFault('truth', file, `第 ${row} 条记录（表头为第 1 条）与前面的记录矛盾。`, `record ${row} (the header is record 1) contradicts one before it.`, { row });
}
