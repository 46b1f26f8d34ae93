import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { FeedCatalogue, transportOf, type FeedContract } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { simulate } from '#population';
import { readSettings } from '#services';
import { IngestServer, REGISTER } from './ingest-hub.js';
import { runTables } from './transport-tables.js';
import { machine, median, option, residentOf, ROOT, withSpread, writeSection } from './report.js';

const ROWS = 407_016;
const FEED = 'health-record';
const SPINE = 'household-registration';
const PAGE = 5000;

/** Milliseconds of one round. `line` is from the accepted delivery to its published records, the same for both. */
interface Round { file: number; http: number; line: number; peak: number }
type Say = (line: string) => void;

/**
 * One feed over HTTP, in pages, against the same rows as a file: both from their source's bytes into a sealed spool on
 * disk, hashed, as the fetcher keeps them; then through the line, which does not know where they came from.
 */
export async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--tables')) return runTables(args);
  const rows = Number(option(args, 'rows') ?? ROWS);
  const rounds = Number(option(args, 'rounds') ?? 5);
  const say: Say = (line) => { process.stderr.write(`${line}\n`); };
  const { HUSHU_CACHE: cache } = await readSettings();
  const config = join(ROOT, 'config');
  const files = await filesOf(rows, cache, config, say);
  const contract = (await FeedCatalogue.load(config)).get(FEED);
  const folder = mkdtempSync(join(tmpdir(), 'hushu-transport-'));
  const keys = await loadKeys(join(folder, 'keys'));
  const server = await IngestServer.start(cache);
  let service: ChildProcess | undefined;
  try {
    await server.create(REGISTER);
    const hub = await server.hub(REGISTER, config, false);
    await hub.deliver(SPINE, files.spine, '2026-11-20');
    await hub.stop();
    service = fork(join(import.meta.dirname, 'transport-service.js'), [files.rows], { execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
    const [url] = await once(service, 'message') as [string];

    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const before = residentOf(process.pid);
      const file = await spooled(keys, join(folder, 'file.sealed'), createReadStream(files.rows, { highWaterMark: 1 << 18 }));
      const http = await overHttp(keys, contract, url, join(folder, 'http.sealed'));
      if (file.sm3 !== http.sm3) throw new Error('the rows over HTTP are not the rows of the file');
      const { ms } = await server.onCopy(config, false, (line) => line.deliver(FEED, files.rows, '2026-11-21', 'full'));
      measured.push({ file: file.ms, http: http.ms, line: ms, peak: http.peak - before });
      say(`round ${round}: file ${Math.round(file.ms)} ms, HTTP ${Math.round(http.ms)} ms, line ${Math.round(ms)} ms, HTTP/file to published ${ratio(measured.at(-1)!).toFixed(3)}, memory +${http.peak - before} MiB`);
    }
    const result = {
      rows, page: PAGE, rounds, fileMs: Math.round(median(measured.map(({ file }) => file))), httpMs: Math.round(median(measured.map(({ http }) => http))),
      lineMs: Math.round(median(measured.map(({ line }) => line))), ratio: Number(median(measured.map(ratio)).toFixed(3)), fetchRatio: Number(median(measured.map(fetchRatio)).toFixed(3)),
      memoryMiB: Math.max(...measured.map(({ peak }) => peak)),
    };
    const table = tableOf(rows, measured);
    if (rows >= ROWS) writeSection('transport-http', `The HTTP transport, ${rows.toLocaleString('en')} rows`, table);
    process.stdout.write(args.includes('--json') ? `${JSON.stringify(result)}\n` : `${table}\n`);
    return 0;
  } finally {
    if (service?.connected) service.disconnect();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Spooled { ms: number; sm3: string; peak: number }

/** Sealed, hashed and on disk. */
async function spooled(keys: Keys, path: string, chunks: AsyncIterable<Buffer>): Promise<Spooled> {
  const begun = performance.now();
  const hash = createHash('sm3');
  let [peak, pieces] = [0, 0];
  await pipeline(async function* () {
    for await (const chunk of chunks) {
      hash.update(chunk);
      if (pieces++ % 16 === 0) peak = Math.max(peak, residentOf(process.pid));
      yield Buffer.from(chunk);
    }
  }, keys.sealer().sealStream(), createWriteStream(path, { flush: true }));
  const ms = performance.now() - begun;
  rmSync(path);
  return { ms, sm3: hash.digest('hex'), peak };
}

/** The transport as a contract opens it: connecting and asking for the first page are part of it. */
async function overHttp(keys: Keys, contract: FeedContract, url: string, path: string): Promise<Spooled> {
  const begun = performance.now();
  const { signal } = new AbortController();
  const options = { kind: 'http', url, insecure: true, pageSize: PAGE };
  const transport = await transportOf({ ...contract, transport: options }).open({ contract, options, clock: systemClock, credential: () => Promise.reject(new Error('none is asked for')) });
  try {
    const { value, done } = await transport.arrivals(null, signal).next();
    if (done === true) throw new Error('nothing has arrived');
    const taken = await spooled(keys, path, value.chunks(signal));
    return { ...taken, ms: performance.now() - begun };
  } finally {
    await transport.close();
  }
}

const ratio = ({ file, http, line }: Round): number => (http + line) / (file + line);
const fetchRatio = ({ file, http }: Round): number => http / file;

function tableOf(rows: number, rounds: Round[]): string {
  const line = (name: string, ms: (round: Round) => number, against: (round: Round) => number): string => {
    const of = (value: (round: Round) => number, digits: number): string => withSpread(rounds.map(value), digits);
    return `| ${name} | ${of((round) => ms(round) / 1000, 2)} | ${of((round) => ms(round) / against(round), 2)} | ${of((round) => ms(round) * 1000 / rows, 1)} |`;
  };
  return [
    `${rows.toLocaleString('en')} rows of ${FEED}; ${machine()}; ${rounds.length} interleaved rounds. The service runs in another process of the same machine and answers in pages of ${PAGE.toLocaleString('en')}; the file holds the same rows, and both give the same bytes (compared by SM3). Fetched: hashed, sealed and on disk. Published: with the line behind it, measured once a round, which is the same for both.`,
    '', '| | seconds | ratio to the file | µs a row |', '|---|---|---|---|',
    line('file, fetched', ({ file }) => file, ({ file }) => file), line('HTTP, fetched', ({ http }) => http, ({ file }) => file),
    line('file, published', (round) => round.file + round.line, (round) => round.file + round.line),
    line('HTTP, published', (round) => round.http + round.line, (round) => round.file + round.line),
    '', `Memory while fetching over HTTP: at most ${Math.max(...rounds.map(({ peak }) => peak))} MiB more than before.`,
  ].join('\n');
}

/** The register and exactly so many rows of the feed, as the simulator delivers them. */
async function filesOf(rows: number, cache: string, config: string, say: Say): Promise<{ rows: string; spine: string }> {
  const folder = join(cache, 'bench', `transport-${rows}`);
  const files = { rows: join(folder, 'rows.ndjson'), spine: join(folder, 'spine.csv') };
  if (existsSync(folder)) return files;
  const half = `${folder}.half`;
  for (let people = Math.ceil(rows * 1.2) + 400; ; people = Math.ceil(people * 1.3)) {
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    say(`inventing a district of ${people.toLocaleString('en')} …`);
    await simulate({ people, seed: 'bench', out: half, config, feeds: [SPINE, FEED], dirt: 'none', truth: false });
    const made = JSON.parse(readFileSync(join(half, 'manifest.json'), 'utf8')) as { feed: string; file: string }[];
    const of = (feed: string): string => join(half, made.find((one) => one.feed === feed)!.file);
    if (await firstLines(of(FEED), join(half, 'rows.ndjson'), rows) < rows) continue;
    renameSync(of(SPINE), join(half, 'spine.csv'));
    renameSync(half, folder);
    return files;
  }
}

async function firstLines(from: string, to: string, most: number): Promise<number> {
  const file = openSync(to, 'w');
  let count = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(from) })) {
      if (count === most) break;
      writeSync(file, `${line}\n`);
      count++;
    }
  } finally {
    closeSync(file);
  }
  return count;
}
