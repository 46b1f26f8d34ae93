import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '#services';
import { FEED, ingestFiles, SPINE, type IngestFiles } from './ingest-files.js';
import { IngestServer, LINE, REGISTER } from './ingest-hub.js';
import { machine, median, option, withSpread, writeSection } from './report.js';

const ROWS = 100_000;
const DELIVERIES = 5;
/** The one that comes late: in the middle. */
const LATE = 2;
const SPINE_DAY = '2026-11-10';

/** Milliseconds of one round: reading the deliveries in order, the last run's replay, the late delivery when the others were published. */
interface Round { first: number; each: number[]; replay: number; late: number }

/** What it costs to read a feed's story again, against reading it for the first time: a late delivery, and an officer's replay. */
export async function run(args: readonly string[]): Promise<number> {
  const rows = Number(option(args, 'rows') ?? ROWS);
  const rounds = Number(option(args, 'rounds') ?? 3);
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const { HUSHU_CACHE: cache } = await readSettings();
  const files = await ingestFiles(rows, cache, say);
  const server = await IngestServer.start(cache);
  try {
    await server.create(REGISTER);
    const hub = await server.hub(REGISTER, files.config, false);
    await hub.deliver(SPINE, files.spine, SPINE_DAY);
    await hub.stop();
    await server.settle(REGISTER);
    const story = storyOf(files, server.folder);
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      measured.push(await measure(server, files.config, story));
      const { first, replay, late } = measured.at(-1)!;
      say(`round ${round}: first ${Math.round(first)} ms, replay ${Math.round(replay)} ms (${(replay / first).toFixed(2)}), late ${Math.round(late)} ms (${(late / first).toFixed(2)})`);
    }
    const table = tableOf(rows, measured);
    if (rows >= ROWS) writeSection('replay', 'Reading a feed\'s story again', table);
    process.stdout.write(args.includes('--json') ? `${JSON.stringify(resultOf(rows, measured))}\n` : `${table}\n`);
    return 0;
  } finally {
    await server.stop();
  }
}

async function measure(server: IngestServer, config: string, story: string[]): Promise<Round> {
  const each: number[] = [];
  const replay = await server.onCopy(config, true, async (hub) => {
    let last = 0;
    for (const [nth, file] of story.entries()) {
      await server.settle(LINE);
      const { ms, run } = await hub.deliver(FEED, file, dayOf(nth));
      each.push(ms);
      last = run.id;
    }
    await server.settle(LINE);
    return hub.replay(last);
  });
  const late = await server.onCopy(config, true, async (hub) => {
    for (const [nth, file] of story.entries()) if (nth !== LATE) await hub.deliver(FEED, file, dayOf(nth));
    await server.settle(LINE);
    const { ms, run } = await hub.deliver(FEED, story[LATE]!, dayOf(LATE));
    if (!run.replayed) throw new Error('the late delivery was not replayed');
    return ms;
  });
  return { first: each.reduce((sum, ms) => sum + ms, 0), each, replay, late };
}

const dayOf = (nth: number): string => `2026-11-${11 + nth}`;

/** Full snapshots, each with one more row in a hundred changed. */
function storyOf(files: IngestFiles, folder: string): string[] {
  const [header, ...lines] = readFileSync(files.first, 'utf8').trimEnd().split('\n') as [string, ...string[]];
  const column = files.columns.indexOf('最近缴费月');
  return Array.from({ length: DELIVERIES }, (_, nth) => {
    if (nth > 0) {
      for (let row = nth; row < lines.length; row += 100) {
        const cells = lines[row]!.split(',');
        cells[column] = cells[column] === '202601' ? '202602' : '202601';
        lines[row] = cells.join(',');
      }
    }
    const file = join(folder, `story-${nth}.csv`);
    writeFileSync(file, `${header}\n${lines.join('\n')}\n`);
    return file;
  });
}

function resultOf(rows: number, rounds: Round[]): object {
  const of = (value: (round: Round) => number) => Number(median(rounds.map(value)).toFixed(3));
  return { rows, deliveries: DELIVERIES, rounds: rounds.length, firstMs: of(({ first }) => first), replayMs: of(({ replay }) => replay), lateMs: of(({ late }) => late), replay: of(({ replay, first }) => replay / first), late: of(({ late, first }) => late / first) };
}

function tableOf(rows: number, rounds: Round[]): string {
  const line = (name: string, ms: (round: Round) => number): string =>
    `| ${name} | ${withSpread(rounds.map((round) => ms(round) / 1000), 2)} | ${withSpread(rounds.map((round) => ms(round) / round.first), 2)} |`;
  return [
    `\`npm run bench -- replay --rows ${rows}\`: ${DELIVERIES} full snapshots of ${rows.toLocaleString('en')} rows of ${FEED}, each with one row in a hundred changed, deliveries kept sealed; ${machine()}; ${rounds.length} ${rounds.length === 1 ? 'round' : 'rounds'}.`,
    '', '| | seconds | ratio to reading them first |', '|---|---|---|',
    line(`the ${DELIVERIES} deliveries, in order, published`, ({ first }) => first),
    line('of these the first', ({ each }) => each[0]!),
    line('hushu run replay of the last', ({ replay }) => replay),
    line(`the third delivered when the others were published`, ({ late }) => late),
  ].join('\n');
}
