import type { ClientBase } from 'pg';
import { patternSql, termSql } from '../engine/level-sql.js';
import type { LevelChoice, Model } from '../model/model.js';
import { levelsOf } from '../train/pattern.js';
import { scoreOf } from '../train/weights.js';
import type { Trained } from '../train/train-model.js';

/** Less likely pairs than this are nobody's business. */
const LEAST = 0.001;

/**
 * The pattern of every candidate, and what is rare about it; `turn`: who goes first of those that are equally likely,
 * whatever order they came in. `offset 0` keeps the planner from working a pattern out again wherever it is named.
 */
export async function compareCandidates(client: ClientBase, model: Model): Promise<void> {
  const rare = [...new Set(model.comparisons.flatMap(({ levels }) => levels.flatMap(({ frequency }) => frequency ?? [])))].map((column) => `r."rare_${column}"`);
  await client.query(`create unlogged table pair_pattern as
    select l, r, turn, rules, k, (${termSql(model, 'k', 'g')})::float4 as rare
    from (select c.l, c.r, hashtextextended(r.uid, 0) as turn, c.rules, ${patternSql(model)} as k${rare.map((one) => `, ${one}`).join('')}
          from candidate_pair c join left_open l on l.n = c.l join right_record r on r.n = c.r offset 0) g`);
  await client.query('analyze pair_pattern');
}

/** What each pattern weighs, in a table beside the pairs. @returns how many patterns there are */
export async function weighPatterns(client: ClientBase, model: Model, trained: Trained): Promise<number> {
  const { rows } = await client.query<{ k: string }>('select distinct k from pair_pattern');
  await client.query('create unlogged table pattern_score (k int8 primary key, same float8 not null, household float8, unrelated float8 not null, most float8 not null)');
  const scored = rows.map(({ k }) => {
    const levels = levelsOf(k, model.comparisons.length);
    return { k, ...scoreOf(trained, levels), most: mostOf(model, levels) };
  });
  await client.query(
    `insert into pattern_score select * from unnest($1::int8[], $2::float8[], $3::float8[], $4::float8[], $5::float8[])`,
    [scored.map(({ k }) => k), ...(['same', 'household', 'unrelated', 'most'] as const).map((name) => scored.map((one) => one[name]))]);
  await client.query('analyze pattern_score');
  return rows.length;
}

/** How far a pattern is believed: not further than the strictest doubt that is about it. */
export function mostOf(model: Model, levels: readonly number[]): number {
  const fits = (comparison: string, wanted: string[]): boolean => {
    const at = model.comparisons.findIndex(({ name }) => name === comparison);
    const level = levels[at]!;
    return wanted.includes(level === 0 ? 'missing' : model.comparisons[at]!.levels[level - 1]!.name);
  };
  const all = (choice: LevelChoice): boolean => [...choice].every(([name, wanted]) => fits(name, wanted));
  const any = (choice: LevelChoice): boolean => choice.size === 0 || [...choice].some(([name, wanted]) => fits(name, wanted));
  return Math.min(1, ...model.doubts.filter((doubt) => all(doubt.all) && any(doubt.any)).map(({ atMost }) => atMost));
}

/**
 * The probability of every pair that has one worth telling. Where a left record is of one person at most, its candidates
 * and "of none of them" share what there is; otherwise each pair is judged alone.
 */
export async function scorePairs(client: ClientBase, model: Model, trained: Trained): Promise<void> {
  const { prior, right } = trained;
  const nobody = Math.max(1e-6, 1 - prior * right);
  const odds = `exp(least(s.same - ln(exp(s.unrelated + p.rare) + coalesce(exp(s.household), 0)), 60)) * ${prior}`;
  const share = model.competing ? `odds / (${nobody} + sum(odds) over (partition by l))` : 'odds / (1 + odds)';
  const place = model.competing ? 'row_number() over (partition by l order by odds desc, most desc, turn, r)' : '1';
  await client.query(`create unlogged table pair_score as
    select l, r, k, rules, odds, probability, place from (
      select l, r, k, rules, odds, least(${share}, most) as probability, ${place} as place
      from (select p.l, p.r, p.turn, p.k, p.rules, s.most, ${odds} as odds from pair_pattern p join pattern_score s using (k)) o
    ) j where probability >= ${LEAST}`);
  await client.query('analyze pair_score');
}

/**
 * The links: the best of each left record where it can have but one; of a source once a right record, where that is
 * asked for. @returns SQL of rows (l, r, weight, probability, decision)
 */
export function linksSql(model: Model): string {
  const { accept, review } = model.decisions;
  const tolerated = model.onceASource === null ? 'true' : [...model.onceASource.tolerate].map(([name, wanted]) => {
    const at = model.comparisons.findIndex((one) => one.name === name);
    const digits = wanted.map((level) => (level === 'missing' ? 0 : model.comparisons[at]!.levels.findIndex((one) => one.name === level) + 1));
    return `(k >> ${4 * (model.comparisons.length - 1 - at)}) & 15 in (${digits.join(', ')})`;
  }).join(' and ');
  const all = `select l, r, null::int8 as k, 60.0::float8 as weight, 1.0::float8 as probability from certain
    union all select l, r, k, ln(greatest(odds, 1e-30)) / ln(2::float8), probability from pair_score where place = 1 and probability >= ${review}`;
  const once = model.onceASource === null ? `select *, 1 as turn from (${all}) a`
    : `select a.*, row_number() over (partition by x.source, a.r order by a.probability desc, a.weight desc, hashtextextended(x.uid, 0), a.l) as turn from (${all}) a join left_record x on x.n = a.l`;
  return `select l, r, weight, probability, case when probability >= ${accept} then 'auto' else 'review' end as decision
    from (${once}) o where turn = 1 or k is null or (${tolerated})`;
}
