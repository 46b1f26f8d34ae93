import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '#services';
import { FEED, ingestFiles, SPINE, type IngestFiles } from './ingest-files.js';
import { runDistrict } from './ingest-district.js';
import { IngestServer, LINE, REGISTER, type Delivered } from './ingest-hub.js';
import { BARE, bareCopy, pgloader } from './ingest-rivals.js';
import { machine, median, option, withSpread, writeSection } from './report.js';

const ROWS = 350_000;
const DISTRICT = 407_016;
const DAYS = { spine: '2026-11-20', first: '2026-11-21', again: '2026-11-22', changed: '2026-11-23' };
/** Stores of the run: the register alone, and a copy of it to which the feed is delivered. */

/** Milliseconds of one round; every one of `limit` is the same file through a bare COPY. */
interface Round { limit: number[]; limitGb?: number; first: number; firstGb?: number; kept?: number; again: number; changed: number; peak: number }

type Say = (line: string) => void;

/**
 * One feed from its file to published unified records, against a bare COPY of the same file in the same server and the
 * same minutes: a first full delivery, the same rows again in another order, and a snapshot with one row in a
 * hundred changed. The register is loaded before, so that rows link.
 */
export async function run(args: readonly string[]): Promise<number> {
  const rows = Number(option(args, 'rows') ?? ROWS);
  const rounds = Number(option(args, 'rounds') ?? (rows > 1_000_000 ? 3 : 5));
  const say: Say = (line) => { process.stderr.write(`${line}\n`); };
  const tell = args.includes('--steps') ? (delivered: Delivered) => { say(stepsOf(delivered)); } : () => undefined;
  const { HUSHU_CACHE: cache } = await readSettings();
  if (args.includes('--district')) return runDistrict(Number(option(args, 'people') ?? DISTRICT), cache, args.includes('--json'), say, tell);
  const brief = args.includes('--brief');
  const files = await ingestFiles(rows, cache, say);
  const server = await IngestServer.start(cache);
  try {
    await server.create(BARE);
    await server.create(REGISTER);
    const hub = await server.hub(REGISTER, files.config, false);
    const register = await hub.deliver(SPINE, files.spine, DAYS.spine);
    const registerPeak = hub.peak();
    await hub.stop();
    await server.settle(REGISTER);
    tell(register);
    say(`the register: ${register.run.counts.read.toLocaleString('en')} rows, ${(register.ms / 1000).toFixed(1)} s, worker ${registerPeak} MiB`);

    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      measured.push(await measure(server, files, brief, tell));
      say(`round ${round}: ${lineOf(measured.at(-1)!)}`);
    }
    const loader = brief ? undefined : await pgloader(server, files);
    if (loader === null) say('pgloader is not on this machine: it was not measured');
    const result = resultOf(rows, measured, loader);
    const table = tableOf(rows, measured, loader, smallerRun(cache, rows));
    if (rows >= ROWS) {
      writeFileSync(lastRun(cache, rows), JSON.stringify(result));
      writeSection(`ingest-${rows}`, `Ingest, ${rows.toLocaleString('en')} rows`, table);
    }
    process.stdout.write(args.includes('--json') ? `${JSON.stringify(result)}\n` : `${table}\n`);
    return 0;
  } finally {
    await server.stop();
  }
}

async function measure(server: IngestServer, files: IngestFiles, brief: boolean, tell: (delivered: Delivered) => void): Promise<Round> {
  const limit = [await bareCopy(server, files, 'utf8')];
  const [first, again, changed, peak] = await server.onCopy(files.config, false, async (line) => {
    const delivered = [await line.deliver(FEED, files.first, DAYS.first)];
    limit.push(await bareCopy(server, files, 'utf8'));
    for (const [file, day] of [[files.shuffled, DAYS.again], [files.changed, DAYS.changed]] as const) {
      await server.settle(LINE);
      delivered.push(await line.deliver(FEED, file, day));
    }
    delivered.forEach(tell);
    return [...delivered.map(({ ms }) => ms), line.peak()] as [number, number, number, number];
  });
  limit.push(await bareCopy(server, files, 'utf8'));
  if (brief) return { limit, first, again, changed, peak };
  const limitGb = await bareCopy(server, files, 'gb18030');
  const firstGb = await server.onCopy(files.configGb, false, async (line) => (await line.deliver(FEED, files.firstGb, DAYS.first)).ms);
  const kept = await server.onCopy(files.config, true, async (line) => (await line.deliver(FEED, files.first, DAYS.first)).ms);
  return { limit, limitGb, first, firstGb, kept, again, changed, peak };
}

const ratio = (round: Round, ms: number): number => ms / median(round.limit);

function lineOf(round: Round): string {
  const part = (name: string, ms?: number): string[] => (ms === undefined ? [] : [`${name} ${Math.round(ms)} ms (${ratio(round, ms).toFixed(3)})`]);
  return [
    `LIMIT ${round.limit.map(Math.round).join(', ')} ms`, ...part('first', round.first), ...part('again', round.again), ...part('changed', round.changed),
    ...part('COPY of GB18030', round.limitGb), ...part('first in GB18030', round.firstGb), ...part('first, kept', round.kept), `worker ${round.peak} MiB`,
  ].join(' · ');
}

interface Result { rows: number; first: number; identical: number; delta1: number; gb18030: number | null; usPerRow: number; [also: string]: unknown }

function resultOf(rows: number, rounds: Round[], loader: number | null | undefined): Result {
  type Value = (round: Round) => number | undefined;
  const all = (value: Value): number[] => rounds.map(value).filter((one) => one !== undefined);
  const of = (value: Value): number => Number(median(all(value)).toFixed(3));
  const orNull = (value: Value): number | null => (all(value).length === 0 ? null : of(value));
  const values: Record<string, Value> = {
    first: (round) => ratio(round, round.first), identical: (round) => ratio(round, round.again), delta1: (round) => ratio(round, round.changed),
    gb18030: (round) => round.firstGb && round.firstGb / round.first, usPerRow: (round) => round.first * 1000 / rows,
    firstKept: (round) => round.kept && ratio(round, round.kept), firstInGb18030: (round) => round.firstGb && round.firstGb / round.limitGb!,
  };
  const spreads = Object.entries(values).map(([name, value]) => [name, all(value)] as const).filter(([, list]) => list.length > 0);
  const limits = rounds.flatMap(({ limit }) => limit);
  return {
    rows, first: of(values.first!), identical: of(values.identical!), delta1: of(values.delta1!), gb18030: orNull(values.gb18030!), usPerRow: of(values.usPerRow!),
    firstKept: orNull(values.firstKept!), firstInGb18030: orNull(values.firstInGb18030!),
    pgloader: loader == null ? null : Number((loader / median(rounds.map(({ first }) => first))).toFixed(2)),
    spread: Object.fromEntries(spreads.map(([name, list]) => [name, [Math.min(...list), Math.max(...list)].map((one) => Number(one.toFixed(3)))])),
    limitMs: Math.round(median(limits)), limitSpreadMs: [Math.min(...limits), Math.max(...limits)].map(Math.round),
    workerMiB: Math.max(...rounds.map(({ peak }) => peak)), rounds: rounds.length,
  };
}

function tableOf(rows: number, rounds: Round[], loader: number | null | undefined, smaller: Result | null): string {
  const limits = rounds.flatMap(({ limit }) => limit);
  const line = (name: string, ms: (round: Round) => number | undefined, against: (round: Round) => number = (round) => median(round.limit)): string[] => {
    const known = rounds.filter((round) => ms(round) !== undefined);
    if (known.length === 0) return [];
    const of = (value: (round: Round) => number, digits: number): string => withSpread(known.map(value), digits);
    return [`| ${name} | ${of((round) => ms(round)! / 1000, 2)} | ${of((round) => ms(round)! / against(round), 2)} | ${of((round) => ms(round)! * 1000 / rows, 1)} |`];
  };
  const first = median(rounds.map((round) => round.first));
  const gb = rounds.filter(({ firstGb }) => firstGb !== undefined).map((round) => round.firstGb! / round.first);
  return [
    `${rows.toLocaleString('en')} rows of ${FEED}; ${machine()}; ${rounds.length === 1 ? 'one round' : `${rounds.length} interleaved rounds`}. LIMIT is a bare COPY of the same file into a logged table of text with its primary key on the document number, in the same server, three times a round; ratios are to the round's median. The hub's side is the product's own contract and worker: from the file handed in to the unified record published with history, changes and ledger. Between deliveries the store is vacuumed, as autovacuum does in time, and checkpointed.`,
    '', '| | seconds | ratio to LIMIT | µs a row |', '|---|---|---|---|',
    `| LIMIT: bare COPY | ${withSpread(limits.map((ms) => ms / 1000), 2)} | 1 | ${withSpread(limits.map((ms) => ms * 1000 / rows), 1)} |`,
    ...line('first full delivery', (round) => round.first),
    ...line('the same, raw delivery kept sealed', ({ kept }) => kept),
    ...line('the same rows again, in another order', ({ again }) => again),
    ...line('full snapshot, 1 % changed', ({ changed }) => changed),
    ...line('bare COPY of the file in GB18030', ({ limitGb }) => limitGb),
    ...line('first full delivery in GB18030, as the contract stands; against COPY of that file', ({ firstGb }) => firstGb, ({ limitGb }) => limitGb!),
    ...(loader === undefined ? [] : loader === null ? ['| pgloader | not on this machine | | |']
      : [`| pgloader, load only | ${(loader / 1000).toFixed(2)} | ${(loader / median(limits)).toFixed(2)} | ${(loader * 1000 / rows).toFixed(1)} |`]),
    '', [
      ...(gb.length === 0 ? [] : [`GB18030 against UTF-8: ${withSpread(gb, 2)}.`]),
      ...(loader == null ? [] : [`pgloader takes ${(loader / first).toFixed(1)} times as long as the first delivery.`]),
      ...(smaller ? [`A row costs ${(first * 1000 / rows / smaller.usPerRow).toFixed(2)} times what it costs at ${smaller.rows.toLocaleString('en')} rows.`] : []),
      `The worker's memory at its peak: ${Math.max(...rounds.map(({ peak }) => peak))} MiB.`,
    ].join(' '),
  ].join('\n');
}

const lastRun = (cache: string, rows: number): string => join(cache, 'bench', `ingest-${rows}.json`);

/** What this machine took for the smaller delivery when it was last measured. */
function smallerRun(cache: string, rows: number): Result | null {
  const file = lastRun(cache, ROWS);
  return rows > ROWS && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as Result : null;
}

function stepsOf({ ms, run: { feed, counts }, steps }: Delivered): string {
  const lines = steps.filter((step) => step.ms >= 10).map((step) => `${String(step.ms).padStart(8)} ${step.step} ${step.relation} ${step.rows}`);
  return [`${feed} ${Math.round(ms)} ms ${JSON.stringify(counts)}`, ...lines, `${String(steps.reduce((sum, step) => sum + step.ms, 0)).padStart(8)} in steps`].join('\n');
}
