import { identifier } from '#database';
import type { ClientBase } from 'pg';
import { patternSql } from '../engine/level-sql.js';
import { asLeft } from '../engine/records.js';
import { findCandidates } from '../engine/candidates.js';
import type { Model } from '../model/model.js';
import { corrected, frequencies, levelsOf, shares, type PatternCount } from './pattern.js';
import { beginningOf, learn, type Weights } from './weights.js';

export interface Trained extends Weights {
  rounds: number;
  /** Chance that two records taken at random share a value, by column whose values' frequency counts. */
  chances: Map<string, number>;
  left: number;
  right: number;
}

/** What is not seen among random pairs is rare: so many of them count as seen. */
const RANDOM_SMOOTHING = 0.02;
const HOUSEHOLD_SMOOTHING = 0.5;
/** Where the household class cannot be sampled often enough, one pair in so many is. */
const MOST_HOUSEHOLD_PAIRS = 400_000;

/**
 * Learns how records of one person agree, from the records themselves.
 * Unrelated: random pairs, and chances that are counted. Household: the right side against itself within households.
 * Same: expectation and maximisation over a sample's candidates, the other two standing.
 */
export async function trainModel(client: ClientBase, model: Model, counts: { left: number; right: number }, oneFile: boolean, chances: Map<string, number>): Promise<Trained> {
  const levelCounts = model.comparisons.map(({ levels }) => levels.length);
  const sampled = Math.min(model.training.records, counts.left);
  await client.query(`create unlogged table sample_record as select * from left_record order by hashtextextended(uid, 77), n limit ${sampled}`);
  await client.query('analyze sample_record');
  await findCandidates(client, model, { from: 'sample_record', into: 'sample_pair', oneFile });
  const found = await countPatterns(client, model, 'left_record', 'select l, r from sample_pair');
  await client.query('drop table sample_pair, sample_record');

  const random = Math.min(model.training.random, counts.left, counts.right);
  const unrelated = await unrelatedOf(client, model, levelCounts, chances, random);
  const { household, others } = await householdOf(client, model, levelCounts);
  // Of one file a pair is met from either of its records, but counted once.
  const partners = oneFile ? (counts.right - 1) * (sampled === counts.left ? 0.5 : 1) : counts.right;
  const learnt = learn(
    found, sampled * partners, model.comparisons.map(({ levels }) => beginningOf(levels.map(({ same }) => same))),
    { household, unrelated, householdPrior: household === null ? 0 : others / counts.right },
    0.9 / counts.right, model.competing ? 0.995 / counts.right : 0.5,
  );
  return { ...learnt, chances, left: counts.left, right: counts.right };
}

async function countPatterns(client: ClientBase, model: Model, left: string, pairs: string): Promise<PatternCount[]> {
  const { rows } = await client.query<{ k: string; pairs: string }>(
    `select k, count(*) as pairs from (select ${patternSql(model)} as k from (${pairs}) p join ${left} l on l.n = p.l join right_record r on r.n = p.r) g group by k`);
  return rows.map(({ k, pairs: times }) => ({ levels: levelsOf(k, model.comparisons.length), pairs: Number(times) }));
}

async function unrelatedOf(client: ClientBase, model: Model, levelCounts: number[], chances: Map<string, number>, random: number): Promise<number[][]> {
  const pairs = `select a.n as l, b.n as r from (select n from left_record order by hashtextextended(uid, 1), n limit ${random}) a, (select n from right_record order by hashtextextended(uid, 7), n limit ${random}) b`;
  const seen = frequencies(await countPatterns(client, model, 'left_record', pairs), levelCounts, RANDOM_SMOOTHING);
  return model.comparisons.map(({ levels }, at) => {
    let probabilities = seen[at]!;
    let before = 0;
    levels.forEach(({ exact }, level) => {
      if (exact === null) return;
      // A wider agreement holds the narrower ones before it.
      const chance = chances.get(exact)!;
      probabilities = corrected(probabilities, level + 1, Math.min(0.999, Math.max(chance - before, 1e-9)));
      before = Math.max(before, chance);
    });
    return probabilities;
  });
}

async function householdOf(client: ClientBase, model: Model, levelCounts: number[]): Promise<{ household: number[][] | null; others: number }> {
  if (model.right.household === null) return { household: null, others: 0 };
  const { rows: [said] } = await client.query<{ others: number | null; pairs: number | null }>(
    `select sum(n * (n - 1))::float8 / sum(n) as others, sum(n * (n - 1))::float8 as pairs from (select count(*) as n from right_record where household is not null group by household) h`);
  if (!said?.pairs) return { household: null, others: 0 };
  const every = Math.max(1, Math.ceil(said.pairs / MOST_HOUSEHOLD_PAIRS));
  const { rows } = await client.query<{ k: string; pairs: string }>(
    `select k, count(*) as pairs from (
       select ${patternSql(model)} as k from ${asLeft(model)} l join right_record r on r.household = l.household and r.n <> l.n where abs(hashtextextended(l.uid, 3) % ${every}) = 0
     ) g group by k`);
  const counts = rows.map(({ k, pairs }) => ({ levels: levelsOf(k, model.comparisons.length), pairs: Number(pairs) }));
  const seen = frequencies(counts, levelCounts, HOUSEHOLD_SMOOTHING);
  const household = model.comparisons.map(({ levels }, at) => levels.reduce(
    (probabilities, level, nth) => (level.household === null ? probabilities : corrected(probabilities, nth + 1, level.household)), seen[at]!));
  // Levels that are all said stand as they are said.
  model.comparisons.forEach(({ levels }, at) => { if (levels.every((level) => level.household !== null)) household[at] = shares([1, ...levels.map((level) => level.household!)]); });
  return { household, others: said.others ?? 0 };
}

/**
 * Chance that a left and a right record share a value, by column; and beside each right record how much rarer or
 * commoner than that its own value is, as a logarithm (`rare_…`).
 */
export async function countFrequencies(client: ClientBase, columns: readonly string[], counted: readonly string[]): Promise<Map<string, number>> {
  const chances = new Map<string, number>();
  for (const column of columns) {
    const name = identifier(column);
    const values = `select ${name} as v, count(*) as l, 0 as r from left_record where ${name} is not null group by 1
            union all select ${name}, 0, count(*) from right_record where ${name} is not null group by 1`;
    const { rows: [said] } = await client.query<{ chance: number | null }>(
      `select sum(l * r) / nullif(sum(l) * sum(r), 0) as chance from (select sum(l)::float8 as l, sum(r)::float8 as r from (${values}) c group by v) v`);
    const chance = said?.chance ?? 0;
    chances.set(column, chance);
    if (!counted.includes(column) || chance === 0) continue;
    const table = `value_count_${counted.indexOf(column)}`;
    await client.query(`create unlogged table ${table} as
      select v, n / sum(n) over () as r from (select ${name} as v, count(*)::float8 as n from right_record where ${name} is not null group by 1) c`);
    await client.query(`create index on ${table} (v)`);
    await client.query(`analyze ${table}`);
  }
  const terms = counted.map((column, at) => ({ column, at, chance: chances.get(column)! }));
  await client.query(`create unlogged table derived as select r.*, ${terms.map(({ column, at, chance }) =>
    `${chance === 0 ? 'null::float4' : `ln(nullif(c${at}.r, 0) / ${chance})::float4`} as ${identifier(`rare_${column}`)}`).join(', ') || '1 as nothing'}
    from right_record r ${terms.filter(({ chance }) => chance > 0).map(({ column, at }) => `left join value_count_${at} c${at} on c${at}.v = r.${identifier(column)}`).join(' ')}`);
  await client.query('drop table right_record');
  await client.query('alter table derived rename to right_record');
  for (const { at } of terms.filter(({ chance }) => chance > 0)) await client.query(`drop table value_count_${at}`);
  return chances;
}
