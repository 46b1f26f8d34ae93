import type { FeedContract } from '#feeds';
import { HubError } from '#kernel';
import type { Keys } from '#keys';

/** A value put in a column's place: in one row, or in all of an order; with `from`, only where that value stands. */
export interface Repair { run?: number; row?: number; column: string; from?: string; to: string }

/** Longest value a repair may give, characters, and how many repairs an order. */
const MOST = 2000;
export const MOST_REPAIRS = 1000;

type RepairedFeed = Pick<FeedContract, 'feed' | 'fields'>;

/**
 * Seals repairs for keeping with their order: who changed what stays known, the values do not lie in clear.
 * @throws HubError HUSHU-STAGING-06 for a column the feed does not have, or a value too long
 */
export function sealRepairs(keys: Keys, contract: RepairedFeed, repairs: readonly Repair[]): { sealed: Buffer; columns: string[] } | undefined {
  if (repairs.length === 0) return undefined;
  const known = new Set(contract.fields.map((field) => field.column));
  repairs.forEach(({ column, to }, place) => {
    if (!known.has(column) || to.length > MOST) throw unfit(contract, column, place);
  });
  if (repairs.length > MOST_REPAIRS) throw unfit(contract, repairs.at(-1)!.column, MOST_REPAIRS);
  return { sealed: keys.sealer().sealBytes(Buffer.from(JSON.stringify(repairs))), columns: [...new Set(repairs.map(({ column }) => column))] };
}

/** Puts an order's repairs into rows, cell by cell. */
export class Repairer {
  private readonly byRow = new Map<string, Repair[]>();
  private readonly everywhere: Repair[] = [];

  constructor(keys: Keys, sealed: Buffer | null) {
    const repairs = sealed === null ? [] : JSON.parse(keys.sealer().openBytes(sealed).toString('utf8')) as Repair[];
    for (const repair of repairs) {
      if (repair.run === undefined || repair.row === undefined) this.everywhere.push(repair);
      else {
        const name = `${repair.run}:${repair.row}`;
        this.byRow.set(name, [...this.byRow.get(name) ?? [], repair]);
      }
    }
  }

  /** Changes `cells`, the row's values by column. */
  mend(run: number, row: number, cells: Map<string, string>): void {
    for (const { column, from, to } of [...this.everywhere, ...this.byRow.get(`${run}:${row}`) ?? []]) {
      if (from === undefined || (cells.get(column) ?? '').trim() === from.trim()) cells.set(column, to);
    }
  }
}

function unfit(contract: RepairedFeed, column: string, place: number): HubError {
  const named = contract.fields.some((field) => field.column === column) ? column : '…';
  const text = {
    zh: `不能这样修正列 ${named}:数据源 ${contract.feed} 没有这一列,新值超过 ${MOST} 字,或修正多于 ${MOST_REPAIRS} 项`,
    en: `Column ${named} cannot be repaired so: feed ${contract.feed} has no such column, the value has more than ${MOST} characters, or there are more than ${MOST_REPAIRS} repairs`,
  };
  return new HubError({
    code: 'HUSHU-STAGING-06', details: { faults: [{ pointer: `/repairs/${place}`, rule: 'repair', text }] }, ...text,
    hintZh: '用 hushu feed list 查看列名', hintEn: 'See the columns with hushu feed list --json',
  });
}
