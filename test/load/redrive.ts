import { cpSync, createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { FeedCatalogue, type FeedContract } from '#feeds';
import { systemClock } from '#kernel';
import { readRedrives, Redrives, type RedriveProgress } from '#runs';
import { readSettings } from '#services';
import { countMatching, countRejects, readOutcome, reportRejects, sealRepairs, type Repair } from '#staging';
import { FEED, ingestFiles, SPINE } from './ingest-files.js';
import { IngestServer, REGISTER, type Delivered, type IngestHub } from './ingest-hub.js';
import { machine, median, option, withSpread, writeSection } from './report.js';

const REJECTS = 100_000;
/** The column that is spoilt: a mark before its code. */
const COLUMN = '险种';
const MARK = 'Z';
const DAYS = { spine: '2026-11-20', base: '2026-11-21', rows: '2026-11-22' };
const ROWS_DIGEST = `select count(*)::float8 as rows, sum(hashtextextended(concat_ws('|', source_key, role, row_hash), 0))::text as digest from staging.medical_insurance_row`;

/** Milliseconds of one round. */
interface Round { clean: number; rejected: number; count: number; facets: number; accept: number; write: number; run: number; report: number; cancelWriting: number; cancelRunning: number }
type Say = (line: string) => void;

/**
 * So many rows rejected for one wrong code, beside the same rows without it: what it takes to reject them, and to drive all
 * of them again with the right code in one order. The order is cancelled while its delivery is written, and once more while
 * its run is at work, before it is let through; what holds in the end is compared with the clean delivery row by row.
 */
export async function run(args: readonly string[]): Promise<number> {
  const rejects = Number(option(args, 'rejects') ?? REJECTS);
  const rounds = Number(option(args, 'rounds') ?? 3);
  const say: Say = (line) => { process.stderr.write(`${line}\n`); };
  const { HUSHU_CACHE: cache } = await readSettings();
  const files = await filesOf(rejects, cache, say);
  const contract = (await FeedCatalogue.load(files.config)).get(FEED);
  const server = await IngestServer.start(cache);
  try {
    await server.create(REGISTER);
    const hub = await server.hub(REGISTER, files.config, false);
    await hub.deliver(SPINE, files.spine, DAYS.spine);
    await hub.deliver(FEED, files.base, DAYS.base, 'full');
    await hub.stop();
    await server.settle(REGISTER);
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const clean = await server.onCopy(files.config, false, async (line) => {
        const delivered = await line.deliver(FEED, files.clean, DAYS.rows, 'delta');
        if (args.includes('--steps')) say(stepsOf('clean', delivered));
        return { ms: delivered.ms, digest: await digestOf(line) };
      });
      const { digest, ...rest } = await server.onCopy(files.config, false, async (line) => {
        const delivered = await line.deliver(FEED, files.spoilt, DAYS.rows, 'delta');
        same('rejected rows', delivered.run.counts.rejected, rejects);
        if (args.includes('--steps')) say(stepsOf('rejected', delivered));
        return { rejected: delivered.ms, ...await redriven(line, contract, rejects, files.repairs, args.includes('--steps') ? say : () => undefined), digest: await digestOf(line) };
      });
      same('rows that hold', digest, clean.digest);
      measured.push({ clean: clean.ms, ...rest });
      say(`round ${round}: ${JSON.stringify(Object.fromEntries(Object.entries(measured.at(-1)!).map(([name, ms]) => [name, Math.round(ms)])))}`);
    }
    const result = { rejects, rounds, ...Object.fromEntries(Object.keys(measured[0]!).map((name) => [`${name}Ms`, Math.round(median(measured.map((one) => one[name as keyof Round])))])) };
    const table = tableOf(rejects, measured);
    if (rejects >= REJECTS) writeSection('redrive', `Rejects driven again, ${rejects.toLocaleString('en')} of them`, table);
    process.stdout.write(args.includes('--json') ? `${JSON.stringify(result)}\n` : `${table}\n`);
    return 0;
  } finally {
    await server.stop();
  }
}

async function redriven(hub: IngestHub, contract: FeedContract, rejects: number, repairs: Repair[], say: Say): Promise<Omit<Round, 'clean' | 'rejected'>> {
  const { database, keys } = hub;
  const redrives = new Redrives(database, hub.ledger, systemClock);
  const filter = { rule: 'code-unmapped', field: COLUMN };
  const find = async (id: number): Promise<RedriveProgress> => (await readRedrives(database.pool('operations'), { id }, { limit: 1 }))[0]!;
  const until = async (id: number, done: (order: RedriveProgress) => boolean): Promise<RedriveProgress> => {
    for (;;) {
      const order = await find(id);
      if (done(order)) return order;
      if (order.endedAt !== null || order.state === 'held') throw new Error(`the order is ${order.state} ${JSON.stringify(order.reason)}`);
      await new Promise((next) => setTimeout(next, 5));
    }
  };
  const order = () => redrives.order({ feed: FEED, filter, by: 'bench', repairs: sealRepairs(keys, contract, repairs) });
  const matching = () => countMatching(database, FEED, filter);

  const [count, counted] = await timed(matching);
  same('matching', counted, rejects);
  const [facets] = await timed(() => countRejects(database, { feed: FEED, state: 'open' }));
  const [report] = await timed(async () => {
    let lines = 0;
    for await (const part of reportRejects(database, keys, contract)) for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines++;
    same('reported', lines, rejects + 1);
  });

  const untouched = async (): Promise<void> => same('open after a cancel', await matching(), rejects);
  const writing = await order();
  await until(writing.id, ({ state, rowsDone }) => state === 'running' && rowsDone > 0);
  const [cancelWriting, stopped] = await timed(() => redrives.cancel(writing.id, 'bench'));
  same('cancelled while written', stopped, true);
  await untouched();

  const running = await order();
  await until(running.id, ({ state, step, rowsDone }) => state === 'driving' && step === 'read' && rowsDone > 0);
  const [cancelRunning, ended] = await timed(() => redrives.cancel(running.id, 'bench'));
  same('cancelled while its run is at work', ended, true);
  await untouched();

  const begun = performance.now();
  const { id } = await order();
  const accept = performance.now() - begun;
  await until(id, ({ run }) => run !== null);
  const write = performance.now() - begun;
  const done = await until(id, ({ state }) => state === 'done');
  const whole = performance.now() - begun;
  same('done', [done.matched, done.leftOut, done.rowsDone], [rejects, 0, rejects]);
  same('outcome', await readOutcome(database.pool('operations'), id), { rows: rejects, mended: rejects, rejectedAgain: 0, superseded: 0, open: 0 });
  same('open in the end', await matching(), 0);
  say(`re-drive: ${(await hub.ledger.steps(done.run!)).map(({ step, relation, ms }) => `${step} ${relation} ${ms}`).join(', ')}`);
  return { count, facets, accept, write, run: whole - write, report, cancelWriting, cancelRunning };
}

async function digestOf(hub: IngestHub): Promise<object> {
  return (await hub.database.pool('staging').query<object>(ROWS_DIGEST)).rows[0]!;
}

function same(what: string, is: unknown, must: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(must)) throw new Error(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(must)}`);
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const begun = performance.now();
  const result = await work();
  return [performance.now() - begun, result];
}

function stepsOf(name: string, { ms, steps }: Delivered): string {
  return `${name} ${Math.round(ms)} ms: ${steps.map((step) => `${step.step} ${step.relation} ${step.ms}`).join(', ')}`;
}

function tableOf(rejects: number, rounds: Round[]): string {
  const line = (name: string, ms: (round: Round) => number, rated = true): string =>
    `| ${name} | ${withSpread(rounds.map((round) => ms(round) / 1000), 2)} | ${rated ? withSpread(rounds.map((round) => rejects / ms(round) * 1000)) : ''} |`;
  return [
    `${rejects.toLocaleString('en')} rows of ${FEED} beside as many that hold, all with a wrong code; ${machine()}; ${rounds.length === 1 ? 'once' : `${rounds.length} interleaved rounds`}; load average of the machine at the end ${loadavg()[0]!.toFixed(1)}. One order puts the right codes in their place; it is cancelled while it is written and again while its run is at work before it is let through. After each cancel all rejects are open; in the end all are mended and what holds is, row by row, what the same rows without the fault make.`,
    '', '| | seconds | rows/s |', '|---|---|---|',
    line('the rows without the fault, published', ({ clean }) => clean), line('the rows with it, all rejected, published', ({ rejected }) => rejected),
    line('counting what an order would take', ({ count }) => count, false), line('facets of the open rejects', ({ facets }) => facets, false),
    line('the report for the supplier', ({ report }) => report), line('the order, accepted', ({ accept }) => accept, false),
    line('its delivery, opened, mended, sealed, accepted as a run', ({ write }) => write), line('its run, published', ({ run }) => run),
    line('cancelled while written', ({ cancelWriting }) => cancelWriting, false), line('cancelled while its run reads', ({ cancelRunning }) => cancelRunning, false),
  ].join('\n');
}

interface RedriveFiles { config: string; spine: string; base: string; clean: string; spoilt: string; repairs: Repair[] }

/** The first half of a delivery's rows, clean and spoilt, and the other half, which holds before. */
async function filesOf(rejects: number, cache: string, say: Say): Promise<RedriveFiles> {
  const { spine, first, config } = await ingestFiles(2 * rejects, cache, say);
  const folder = join(cache, 'bench', `redrive-${rejects}`);
  const at = (name: string): string => join(folder, name);
  if (!existsSync(folder)) {
    const half = `${folder}.half`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    cpSync(config, join(half, 'config'), { recursive: true });
    // A delivery of nothing but rejects would wait for two people.
    const contract = join(half, 'config', 'feeds', FEED, 'feed.yaml');
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('rejects: 10%', 'rejects: 100%'));
    const [clean, spoilt, base] = ['clean.csv', 'spoilt.csv', 'base.csv'].map((name) => createWriteStream(join(half, name))) as [WriteStream, WriteStream, WriteStream];
    const codes = new Set<string>();
    let [row, nth] = [0, -1];
    for await (const line of createInterface({ input: createReadStream(first) })) {
      if (nth < 0) {
        nth = line.split(',').indexOf(COLUMN);
        for (const file of [clean, spoilt, base]) file.write(`${line}\n`);
      } else if (row++ >= rejects) base.write(`${line}\n`);
      else {
        const cells = line.split(',');
        codes.add(cells[nth]!);
        clean.write(`${line}\n`);
        spoilt.write(`${cells.map((cell, i) => (i === nth ? `${MARK}${cell}` : cell)).join(',')}\n`);
      }
    }
    for (const file of [clean, spoilt, base]) {
      file.end();
      await once(file, 'close');
    }
    writeFileSync(join(half, 'codes.json'), JSON.stringify([...codes]));
    renameSync(half, folder);
  }
  const repairs = (JSON.parse(readFileSync(at('codes.json'), 'utf8')) as string[]).map((code) => ({ column: COLUMN, from: `${MARK}${code}`, to: code }));
  return { config: at('config'), spine, base: at('base.csv'), clean: at('clean.csv'), spoilt: at('spoilt.csv'), repairs };
}
