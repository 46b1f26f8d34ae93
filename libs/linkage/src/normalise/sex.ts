import { ofText, type Normaliser } from './normaliser.js';

const SEXES = new Map(['1', '男', '男性', 'M', 'MALE'].map((word) => [word, '1']).concat(['2', '女', '女性', 'F', 'FEMALE'].map((word) => [word, '2'])) as [string, string][]);

/** Columns: '' — 1 male, 2 female (GB/T 2261.1); what is neither is null. */
export function sex(): Normaliser {
  return ofText([''], (s) => [SEXES.get(s) ?? SEXES.get(s.normalize('NFKC').trim().toUpperCase()) ?? null]);
}
