import { identifier } from '#database';
import type { ClientBase } from 'pg';
import type { Block, Equal, Model } from '../model/model.js';

/** What a rule found. `refused`: blocks of more pairs than the model bears, whose pairs were not looked at by this rule. */
export interface BlockReport { rule: string; pairs: number; refused: number; largest: number }

const on = (equal: readonly Equal[]): string => equal.map(({ left, right }) => `l.${identifier(left)} = r.${identifier(right)}`).join(' and ');

/** What must hold besides; a value that many have is left out by the rule itself. */
function besides({ where, equal, atMost }: Block): string {
  const columns = equal.map(({ right }) => identifier(right)).join(', ');
  const few = atMost === null ? '' : ` and (${equal.map(({ right }) => `r.${identifier(right)}`).join(', ')}) in (select ${columns} from right_record group by ${columns} having count(*) <= ${atMost})`;
  return `${where === null ? '' : ` and (${where})`}${few}`;
}

/** Records that one rule alone settles: exactly one right record fits. What is left is left_open. @returns how many were settled */
export async function settleCertain(client: ClientBase, model: Model, oneFile: boolean): Promise<number> {
  await client.query('create unlogged table certain (l int4 not null, r int4 not null, rule int2 not null)');
  let settled = 0;
  if (model.certain.length > 0 && model.competing && !oneFile) {
    const found = model.certain.map((rule, at) => `select l.n as l, r.n as r, ${at} as rule from left_record l join right_record r on ${on(rule.equal)}${besides(rule)}`);
    const { rowCount } = await client.query(`insert into certain select l, min(r), min(rule) from (${found.join(' union all ')}) f group by l having count(distinct r) = 1`);
    settled = rowCount ?? 0;
  }
  await client.query('analyze certain');
  await client.query(settled === 0 ? 'create view left_open as select * from left_record'
    : 'create unlogged table left_open as select * from left_record l where not exists (select from certain c where c.l = l.n)');
  if (settled > 0) await client.query('analyze left_open');
  return settled;
}

/**
 * Pairs to be looked at, each once, with the rules that found it as bits.
 * @param from table or subquery of left records
 */
export async function findCandidates(client: ClientBase, model: Model, o: { from: string; into: string; oneFile: boolean }): Promise<BlockReport[]> {
  const reports: BlockReport[] = [];
  const found: string[] = [];
  for (const [at, rule] of model.blocks.entries()) {
    const refused = await refuseBlocks(client, model, rule, o.from, at);
    reports.push({ rule: rule.name, pairs: 0, refused: refused.blocks, largest: refused.largest });
    const not = refused.blocks === 0 ? '' : ` and not exists (select from refused_${at} x where ${rule.equal.map(({ left }, nth) => `x.k${nth} = l.${identifier(left)}`).join(' and ')})`;
    // A pair of one file is looked at once, from its earlier record.
    const [left, right] = o.oneFile ? ['least(l.n, r.n)', 'greatest(l.n, r.n)'] : ['l.n', 'r.n'];
    found.push(`select ${left} as l, ${right} as r, ${2 ** at}::int8 as rules from ${o.from} l join right_record r on ${on(rule.equal)}${besides(rule)}${o.oneFile ? ' and l.n <> r.n' : ''}${not}`);
  }
  await client.query(`create unlogged table ${o.into} as select l, r, bit_or(rules) as rules from (${found.join('\nunion all\n')}) f group by l, r`);
  await client.query(`analyze ${o.into}`);
  const { rows: [counted] } = await client.query<Record<string, string>>(
    `select ${reports.map((_, at) => `count(*) filter (where rules & ${2 ** at} <> 0) as n${at}`).join(', ')} from ${o.into}`);
  reports.forEach((report, at) => { report.pairs = Number(counted![`n${at}`]); });
  for (const at of model.blocks.keys()) await client.query(`drop table if exists refused_${at}`);
  return reports;
}

/**
 * Blocks that would explode. The planner's own counts of the commonest values say mostly that there are none; a column it
 * lists none of has no value that one in a thousand has, its sample would have shown it, or has few that are all as common.
 */
async function refuseBlocks(client: ClientBase, model: Model, { equal }: Block, from: string, at: number): Promise<{ blocks: number; largest: number }> {
  const most = model.training.blockPairs;
  const bound = async (table: string, columns: string[]): Promise<number> => {
    const { rows: [said] } = await client.query<{ most: number | null }>(
      `select min(c.reltuples * coalesce((s.most_common_freqs)[1],
         greatest(0.001, 3 / greatest(1, case when s.n_distinct < 0 then -s.n_distinct * c.reltuples else s.n_distinct end)))) as most
       from pg_stats s join pg_class c on c.oid = $1::text::regclass where s.schemaname = current_schema and s.tablename = $1::text and s.attname = any ($2)`, [table, columns]);
    return said?.most ?? Infinity;
  };
  const side = /^\w+$/.test(from) && from !== 'left_open' ? from : 'left_record';
  if (await bound(side, equal.map(({ left }) => left)) * await bound('right_record', equal.map(({ right }) => right)) <= most) return { blocks: 0, largest: 0 };
  const keys = (of: 'left' | 'right', alias: string): string => equal.map((one, nth) => `${alias}.${identifier(one[of])} as k${nth}`).join(', ');
  const some = (of: 'left' | 'right', alias: string): string => equal.map((one) => `${alias}.${identifier(one[of])} is not null`).join(' and ');
  const by = equal.map((_, nth) => nth + 1).join(', ');
  await client.query(`create unlogged table refused_${at} as
    select ${equal.map((_, nth) => `k${nth}`).join(', ')}, l.n * r.n as pairs
    from (select ${keys('left', 'x')}, count(*) as n from ${from} x where ${some('left', 'x')} group by ${by}) l
    join (select ${keys('right', 'y')}, count(*) as n from right_record y where ${some('right', 'y')} group by ${by}) r using (${equal.map((_, nth) => `k${nth}`).join(', ')})
    where l.n * r.n > ${most}`);
  const { rows: [told] } = await client.query<{ blocks: string; largest: string | null }>(`select count(*) as blocks, max(pairs) as largest from refused_${at}`);
  return { blocks: Number(told!.blocks), largest: Number(told!.largest ?? 0) };
}
