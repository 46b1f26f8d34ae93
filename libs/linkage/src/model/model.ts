import type { NormaliserOptions } from '../normalise/normaliser.js';

/** What a model file says: which columns are compared, how alike they may be, where pairs are looked for. */
export interface Model {
  /** The file it was read from, without folder and ending. */
  name: string;
  title: string;
  version: number;
  /** True: each left record is of one right record at most, and they compete for it; false: every pair is judged alone. */
  competing: boolean;
  left: Side;
  right: Side;
  fields: Field[];
  derived: Derived[];
  certain: Certain[];
  blocks: Block[];
  comparisons: Comparison[];
  doubts: Doubt[];
  /** Of one source, a right record has one left record at most, but for such that are plainly alike. */
  onceASource: { tolerate: LevelChoice } | null;
  training: Training;
  decisions: { accept: number; review: number };
}

/** Columns of a file that are not compared: what its records are called, by whom they were sent, with whom they live. */
export interface Side { id: string; source: string | null; household: string | null }

/** A field of both sides under one name; a side that lacks it has nothing there. */
export interface Field { name: string; as: string; left: string[]; right: string[]; options: NormaliserOptions }

/** A column made in the store from others: of the same record, or of those records of the right side that `on` finds. */
export interface Derived { column: string; for: 'left' | 'right'; take: string; on: string | null }

/** Found by such a rule alone, and only one: no further look. */
export type Certain = Block;

export interface Equal { left: string; right: string }

/** Where pairs are looked for: columns that must be equal, and what must hold besides; `atMost`: only values that so few right records have. */
export interface Block { name: string; equal: Equal[]; where: string | null; atMost: number | null }

/** One digit of a pair's pattern: 0 where there is nothing to compare, otherwise the first level that holds, from 1 on. */
export interface Comparison { name: string; missing: string; levels: Level[] }

export interface Level {
  name: string;
  /** Condition in SQL over l and r; null: what is left. */
  when: string | null;
  /** Column whose value both sides share at this level: a rare one says more. */
  frequency: string | null;
  /** Column that is equal at this level: how often that happens by chance is counted, not sampled. */
  exact: string | null;
  /** Where training begins: how often records of one person agree so. Null: a guess by its place. */
  same: number | null;
  /** How often another person of the same household agrees so, where the right side cannot say. */
  household: number | null;
}

/** By comparison, the names of levels. */
export type LevelChoice = Map<string, string[]>;

/** Pairs of such levels are not believed further than so much. */
export interface Doubt { name: string; all: LevelChoice; any: LevelChoice; atMost: number }

export interface Training {
  /** Left records whose candidates are looked at. */
  records: number;
  /** Records of each side whose every pair is counted as unrelated. */
  random: number;
  /** A block of more pairs than this is refused. */
  blockPairs: number;
}

/** Names of a field's columns: the field and what its kind yields besides. */
export function columnsOf(field: string, suffixes: readonly string[]): string[] {
  return suffixes.map((suffix) => `${field}${suffix}`);
}
