/**
 * npm run bench -- normalise [--rows N] [--rounds N] [--json]: whole Chinese records a second, from lines of text to the
 * columns linkage compares, beside a loop that only takes the same lines apart. Rounds are interleaved, normalisers made
 * anew for each. One thread; seconds of CPU stand beside seconds of the clock, for a machine that does other work too.
 */
import { NORMALISERS, type Normaliser, type NormaliserOptions } from '#linkage';
import { machine, median, option, withSpread } from './report.js';
import { randomOf } from '../support/random.js';

const FIELDS: readonly { kind: string; from: readonly number[]; options?: NormaliserOptions }[] = [
  { kind: 'citizen-id', from: [0, 1], options: { kinds: ['414'] } },
  { kind: 'han-name', from: [2] },
  { kind: 'han-name', from: [3] },
  { kind: 'sex', from: [4] },
  { kind: 'date', from: [5] },
  { kind: 'phone', from: [6] },
  { kind: 'address-cn', from: [7, 8], options: { drop: ['云中省', '海上市', '星河区'], towns: { 长桥路街道: '990101001', 大街街道: '990101002', 石村镇: '990101100' } } },
  { kind: 'citizen-id', from: [9] },
  { kind: 'han-name', from: [10] },
];
const CELLS = 11;

interface Pass { wall: number; cpu: number }

export function run(args: readonly string[]): Promise<number> {
  const rows = Number(option(args, 'rows') ?? 200_000), rounds = Number(option(args, 'rounds') ?? 5);
  const file = invent(rows);
  const split: Pass[] = [], whole: Pass[] = [];
  for (let round = 0; round <= rounds; round++) {
    const bare = timed(() => overLines(file, () => undefined));
    const line = normalisers();
    const full = timed(() => overLines(file, line));
    // The first round warms up.
    if (round > 0) {
      split.push(bare);
      whole.push(full);
    }
  }
  const kinds = FIELDS.map((field, i) => ({ kind: `${field.kind} (${field.from.join(', ')})`, ...timed(() => overLines(file, normalisers([i]))) }));
  const rate = (passes: readonly Pass[], of: keyof Pass): number[] => passes.map((pass) => rows / pass[of] * 1000);
  if (args.includes('--json')) {
    console.log(JSON.stringify({ machine: machine(), rows, split, whole, kinds }));
    return Promise.resolve(0);
  }
  console.log(`${rows.toLocaleString('en')} records, ${machine()}`);
  for (const [name, passes] of [['lines taken apart', split], ['… and normalised', whole]] as const) {
    console.log(`${name.padEnd(20)} ${withSpread(rate(passes, 'cpu'))} records a second of CPU, ${withSpread(rate(passes, 'wall'))} of the clock`);
  }
  const bare = median(split.map(({ cpu }) => cpu));
  for (const { kind, cpu } of kinds) console.log(`${kind.padEnd(20)} ${((cpu - bare) / rows * 1000).toFixed(2)} µs of CPU a record`);
  return Promise.resolve(0);
}

type Take = (cells: readonly string[]) => void;

function normalisers(only?: readonly number[]): Take {
  const parts = FIELDS.filter((_, i) => only?.includes(i) ?? true).map(({ kind, from, options }) => ({ from, normaliser: NORMALISERS[kind]!(options ?? {}) as Normaliser, row: from.map(() => '') }));
  const out: (string | null)[] = new Array<string | null>(parts.reduce((n, { normaliser }) => n + normaliser.columns.length, 0)).fill(null);
  return (cells) => {
    let at = 0;
    for (const { from, normaliser, row } of parts) {
      for (let i = 0; i < from.length; i++) row[i] = cells[from[i]!]!;
      normaliser.into(row, out, at);
      at += normaliser.columns.length;
    }
  };
}

function overLines(file: string, take: Take): void {
  const cells = new Array<string>(CELLS).fill('');
  for (let at = 0; at < file.length;) {
    const end = file.indexOf('\n', at);
    for (let i = 0; i < CELLS; i++) {
      const comma = i === CELLS - 1 ? end : file.indexOf(',', at);
      cells[i] = file.slice(at, comma);
      at = comma + 1;
    }
    take(cells);
  }
}

function timed(work: () => void): Pass {
  const cpu = process.cpuUsage(), from = performance.now();
  work();
  const wall = performance.now() - from, used = process.cpuUsage(cpu);
  return { wall, cpu: (used.user + used.system) / 1000 };
}

/** People nobody is: 370399 was never given out. Some of each value is missing or written in another way, the same every time. */
function invent(count: number): string {
  const random = randomOf(20261124);
  const below = (n: number): number => Math.floor(random() * n);
  // The first of a list come up most, as names do.
  const often = <T>(list: readonly T[]): T => list[Math.floor(list.length * random() ** 2)]!;
  const sometimes = (share: number, value: string, otherwise = ''): string => (random() < share ? value : otherwise);
  const surnames = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑謝歐單曾', '欧阳', '司马'];
  const given = Array.from({ length: 1200 }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919) % 20_000)));
  const name = (): string => often(surnames) + often(given) + sometimes(0.7, often(given)) + sometimes(0.03, often([' ', '1', '（女）', '?']));
  const roads = Array.from({ length: 80 }, (_, i) => `${given[i]}${given[i + 80]}路`), estates = Array.from({ length: 60 }, (_, i) => `${given[i + 200]}${given[i + 300]}小区`);
  const two = (n: number): string => String(n).padStart(2, '0');
  const address = (): string => `${sometimes(0.7, '云中省海上市')}星河区${sometimes(0.8, often(['长桥路街道', '大街街道', '石村镇']))}${often(roads)}${1 + below(400)}号${sometimes(0.6, `${often(estates)}${1 + below(40)}${sometimes(0.9, '号楼', '＃楼')}${1 + below(5)}单元${1 + below(18)}0${1 + below(4)}室`)}`;
  const numberOf = (y: number, m: number, d: number): string => `370399${y}${two(m)}${two(d)}${two(below(99))}${1 + below(9)}${often([...'0123456789X'])}`;
  let file = '', home = address();
  for (let i = 0; i < count; i++) {
    if (random() < 0.4) home = address();
    const y = 1930 + below(95), m = 1 + below(12), d = 1 + below(28);
    const id = numberOf(y, m, d);
    const written = sometimes(0.85, id, sometimes(0.5, sometimes(0.5, `${id.slice(0, 6)} ${id.slice(6)}`, `${id.slice(0, 6)}********${id.slice(14)}`)));
    file += `${written},${sometimes(0.99, '111', '414')},${name()},${sometimes(0.03, name())},${sometimes(0.95, often(['1', '2']))},${sometimes(0.93, `${y}-${two(m)}-${two(d)}`, sometimes(0.5, String(y)))},`
      + `${sometimes(0.6, `13${100_000_000 + below(899_999_999)}`)},${sometimes(0.75, home)},${sometimes(0.4, '990101001')},${sometimes(0.25, numberOf(y - 25, m, d))},${sometimes(0.35, name())}\n`;
  }
  return file;
}
