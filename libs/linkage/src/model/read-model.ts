import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { readConfigFile, type ContractFault } from '#feeds';
import { HubError } from '#kernel';
import { NORMALISER_INPUT, NORMALISERS } from '../normalise/normalisers.js';
import { type Block, columnsOf, type Comparison, type Derived, type Field, type LevelChoice, type Model, type Side } from './model.js';
import { EQUAL, MODEL } from './model-shape.js';

/** What one comparison may be told apart by: its number stands as one digit of the pattern, in base 16. */
const MOST_LEVELS = 15;
const MOST_COMPARISONS = 14;
/** Columns every record has beside those of its fields. */
export const OWN_COLUMNS = ['n', 'uid', 'source', 'household'];

interface RawSide { id: string; source?: string; household?: string }
interface RawBlock { name: string; equal: string[]; where?: string; at_most?: number }
interface RawLevel { level: string; when?: string; frequency?: string; exact?: string; same?: number; household?: number }
interface Raw {
  title: string; version: number; matches: 'at-most-one' | 'any'; left: RawSide; right?: RawSide;
  fields: Map<string, { as: string; from?: string[]; left?: string[]; right?: string[]; options?: Record<string, unknown> }>;
  derive?: { column: string; for: 'left' | 'right'; take: string; on?: string }[];
  certain?: RawBlock[]; block: RawBlock[];
  compare: Map<string, { missing?: string; levels: RawLevel[] }>;
  doubt?: { name: string; all?: LevelChoice; any?: LevelChoice; at_most: number }[];
  once_a_source?: { tolerate: LevelChoice };
  decide: { accept: number; review: number };
  train?: { records?: number; random?: number; block_pairs?: number };
}

/**
 * Reads a model file whole.
 * Throws HubError HUSHU-LINKAGE-01 where there is none, HUSHU-LINKAGE-02 with every fault, by file and line.
 */
export async function readModel(path: string): Promise<Model> {
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (cause) {
    throw new HubError({
      code: 'HUSHU-LINKAGE-01', zh: `读不了模型文件 ${path}`, en: `The model file ${path} cannot be read`,
      hintZh: '核对 --model 的路径;config/linkage 里有可用的模型', hintEn: 'Check the path given with --model; config/linkage holds models', cause,
    });
  }
  return modelOf(basename(path), source);
}

/** The model a file says. Throws HubError HUSHU-LINKAGE-02. */
export function modelOf(file: string, source: string): Model {
  const { value, faults, fault } = readConfigFile(file, source, MODEL);
  refuse(file, faults);
  const raw = value as Raw;
  const kinds = new Map<string, readonly string[]>();
  for (const [name, { as, from, left, right, options }] of raw.fields) {
    const make = NORMALISERS[as];
    if (!make) fault(['fields', name, 'as'], 'value-unknown', `fields.${name}: 没有 “${as}” 这种规整;可用:${Object.keys(NORMALISERS).join(', ')}`, `fields.${name}: there is no kind "${as}"; known: ${Object.keys(NORMALISERS).join(', ')}`);
    else {
      const input = NORMALISER_INPUT[as]!;
      for (const [option, value] of Object.entries(options ?? {})) {
        const wanted = (input.options as Record<string, 'list' | 'map' | undefined>)[option];
        const path = ['fields', name, 'options', option];
        if (wanted === undefined) fault(path, 'key-unknown', `${path.join('.')}: ${as} 没有这个选项`, `${path.join('.')}: ${as} has no such option`);
        else if ((wanted === 'list') !== Array.isArray(value) || typeof value !== 'object' || value === null) fault(path, 'type-wrong', `${path.join('.')}: 应为${wanted === 'list' ? '列表' : '键值表'}`, `${path.join('.')}: must be a ${wanted === 'list' ? 'list' : 'mapping'}`);
      }
      for (const columns of [from, left, right]) if ((columns ?? []).length > input.sources) fault(['fields', name], 'value-unknown', `fields.${name}: ${as} 至多读 ${input.sources} 列`, `fields.${name}: ${as} reads ${input.sources} columns at most`);
      if (!faults.some(({ rule }) => rule === 'type-wrong')) kinds.set(name, make(options ?? {}).columns);
    }
    if (!from && !left && !right) fault(['fields', name], 'key-missing', `fields.${name}: 缺少 from,或 left 与 right`, `fields.${name}: "from", or "left" and "right", is missing`);
    if (from && (left || right)) fault(['fields', name], 'key-unknown', `fields.${name}: from 与 left、right 只能择一`, `fields.${name}: either "from" or "left" and "right"`);
  }
  const columns = new Set([...OWN_COLUMNS, ...[...kinds].flatMap(([name, suffixes]) => columnsOf(name, suffixes)), ...(raw.derive ?? []).map((one) => one.column)]);
  const known = (path: (string | number)[], column: string): void => {
    if (!columns.has(column)) fault(path, 'value-unknown', `${path.join('.')}: 没有 “${column}” 列`, `${path.join('.')}: there is no column "${column}"`);
  };
  const blocks = (key: 'block' | 'certain'): Block[] => (raw[key] ?? []).map(({ name, equal, where, at_most: atMost }, at) => ({
    name, where: where ?? null, atMost: atMost ?? null,
    equal: equal.map((one, nth) => {
      const [, left = '', right = left] = EQUAL.exec(one) ?? [];
      for (const column of [left, right]) known([key, at, 'equal', nth], column);
      return { left, right };
    }),
  }));
  const comparisons = [...raw.compare].map(([name, { missing, levels }]): Comparison => {
    levels.forEach(({ when, frequency, exact }, at) => {
      const path = ['compare', name, 'levels', at];
      if ((when === undefined) !== (at === levels.length - 1)) fault(path, 'level-order', `${path.join('.')}: 最后一级、也只有最后一级不写 when`, `${path.join('.')}: the last level, and it alone, goes without "when"`);
      for (const column of [frequency, exact]) if (column !== undefined) known(path, column);
    });
    if (levels.length > MOST_LEVELS) fault(['compare', name], 'level-count', `compare.${name}: 至多 ${MOST_LEVELS} 级`, `compare.${name}: ${MOST_LEVELS} levels at most`);
    if (missing === undefined) known(['compare', name], name);
    return {
      name, missing: missing ?? `l.${name} is null or r.${name} is null`,
      levels: levels.map((one) => ({
        name: one.level, when: one.when ?? null, frequency: one.frequency ?? null, exact: one.exact ?? null, same: one.same ?? null, household: one.household ?? null,
      })),
    };
  });
  if (comparisons.length > MOST_COMPARISONS) fault(['compare'], 'level-count', `至多比较 ${MOST_COMPARISONS} 项`, `${MOST_COMPARISONS} comparisons at most`);
  const chosen = (path: (string | number)[], choice: LevelChoice | undefined): LevelChoice => {
    for (const [name, levels] of choice ?? []) {
      const comparison = comparisons.find((one) => one.name === name);
      const missing = levels.filter((level) => level !== 'missing' && !comparison?.levels.some((one) => one.name === level));
      if (missing.length > 0) fault([...path, name], 'value-unknown', `${[...path, name].join('.')}: 没有 ${missing.join(', ')}`, `${[...path, name].join('.')}: there is no ${missing.join(', ')}`);
    }
    return choice ?? new Map<string, string[]>();
  };
  const model: Model = {
    name: file.slice(0, file.length - extname(file).length), title: raw.title, version: raw.version,
    competing: raw.matches === 'at-most-one', left: sideOf(raw.left), right: sideOf(raw.right ?? raw.left),
    fields: [...raw.fields].map(([name, { as, from = [], left = from, right = from, options = {} }]): Field => ({ name, as, left, right, options })),
    derived: (raw.derive ?? []).map((one): Derived => ({ ...one, on: one.on ?? null })),
    certain: blocks('certain'), blocks: blocks('block'), comparisons,
    doubts: (raw.doubt ?? []).map(({ name, all, any, at_most: atMost }, at) => ({ name, atMost, all: chosen(['doubt', at, 'all'], all), any: chosen(['doubt', at, 'any'], any) })),
    onceASource: raw.once_a_source ? { tolerate: chosen(['once_a_source', 'tolerate'], raw.once_a_source.tolerate) } : null,
    training: { records: raw.train?.records ?? 20_000, random: raw.train?.random ?? 1500, blockPairs: raw.train?.block_pairs ?? 10_000_000 },
    decisions: raw.decide,
  };
  if (model.decisions.review > model.decisions.accept) fault(['decide'], 'share-range', 'decide: review 不得高于 accept', 'decide: "review" must not be above "accept"');
  refuse(file, faults);
  return model;
}

function sideOf({ id, source = null, household = null }: { id: string; source?: string | null; household?: string | null }): Side {
  return { id, source, household };
}

/** All faults at once, each with its line. */
function refuse(file: string, faults: readonly ContractFault[]): void {
  if (faults.length === 0) return;
  const told = (language: 'zh' | 'en'): string => faults.map(({ line, text }) => `${file}:${line} ${text[language]}`).join('\n');
  throw new HubError({
    code: 'HUSHU-LINKAGE-02', zh: `模型文件有 ${faults.length} 处错误:\n${told('zh')}`, en: `The model file has ${faults.length} fault(s):\n${told('en')}`,
    hintZh: '按行号改正;写法见 docs/linkage.md', hintEn: 'Put the lines right; docs/linkage.md tells how a model is written', details: { faults },
  });
}
