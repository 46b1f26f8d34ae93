import type { NormaliserOptions } from './normaliser.js';
import { NORMALISERS } from './normalisers.js';

/** What a kind says of one record, by column; columns that say nothing are left out. */
export function reading(kind: string, options: NormaliserOptions = {}): (...row: (string | undefined)[]) => Record<string, string> {
  const normaliser = NORMALISERS[kind]!(options);
  return (...row) => {
    const out: (string | null)[] = [];
    normaliser.into(row, out, 0);
    return Object.fromEntries(normaliser.columns.flatMap((column, i) => (out[i] === null ? [] : [[column, out[i]!]])));
  };
}
