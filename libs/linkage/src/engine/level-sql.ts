import { identifier } from '#database';
import type { Comparison, Model } from '../model/model.js';
import { shiftOf } from '../train/pattern.js';

/** A comparison's level of a pair of l and r, from 0. */
function levelSql({ missing, levels }: Comparison): string {
  const cases = levels.map(({ when }, at) => (when === null ? `else ${at + 1}` : `when ${when} then ${at + 1}`));
  return `case when ${missing} then 0 ${cases.join(' ')} end`;
}

/** The pattern of a pair of l and r, as int8. */
export function patternSql(model: Model): string {
  return model.comparisons.map((one, at) => `(${levelSql(one)})::int8 << ${shiftOf(at, model.comparisons.length)}`).map((one) => `(${one})`).join(' | ');
}

/** Columns whose values' frequency counts, each once. */
export function frequencyColumns(model: Model): string[] {
  return [...new Set(model.comparisons.flatMap(({ levels }) => levels.flatMap(({ frequency }) => frequency ?? [])))];
}

/** What rare values add to the unrelated class's logarithm, from a pair's pattern and the right record's terms. */
export function termSql(model: Model, pattern: string, right: string): string {
  const terms = model.comparisons.flatMap(({ levels }, at) => {
    const cases = levels.flatMap(({ frequency }, level) => (frequency === null ? [] : [`when ${level + 1} then ${right}.${identifier(`rare_${frequency}`)}`]));
    return cases.length === 0 ? [] : [`coalesce(case (${pattern} >> ${shiftOf(at, model.comparisons.length)}) & 15 ${cases.join(' ')} end, 0)`];
  });
  return terms.length === 0 ? '0' : terms.join(' + ');
}
