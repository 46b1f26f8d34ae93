import { createHash } from 'node:crypto';
import { closeSync, cpSync, createReadStream, createWriteStream, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { simulate } from '#population';
import { ROOT } from './report.js';

/** The feed that is measured, and the one whose people it speaks of. */
export const FEED = 'medical-insurance';
export const SPINE = 'household-registration';
const KEY = '参保编号';
const DOCUMENT = '证件号码';
const LAST_PAID = '最近缴费月';

/** The deliveries of one measurement; all of them but the spine's are the measured feed's. */
export interface IngestFiles {
  rows: number;
  columns: string[];
  /** The column that is the bare table's primary key. */
  id: string;
  spine: string;
  /** The first full delivery, in UTF-8 and as the contract has it. */
  first: string;
  firstGb: string;
  /** The same rows in another order. */
  shuffled: string;
  /** The next full snapshot: of a hundred rows one is changed, gone or new. */
  changed: string;
  /** The district's config, with the feed in UTF-8 and as it stands. */
  config: string;
  configGb: string;
}

/** One row in a thousand is gone from the next snapshot, one is new in it, eight are changed. */
const OF = 1000;
const isNew = (row: number): boolean => row % OF === 7;
const isGone = (row: number): boolean => row % OF === 507;
const isChanged = (row: number): boolean => row % OF % 125 === 60;

/**
 * The deliveries for so many rows, from the cache folder where the same simulator made them before. No row repeats a
 * document number: the table they are compared with has it as its primary key.
 */
export async function ingestFiles(rows: number, cache: string, say: (line: string) => void): Promise<IngestFiles> {
  const folder = join(cache, 'bench', `ingest-${rows}-${simulatorDigest()}`);
  const at = (name: string): string => join(folder, name);
  const files: IngestFiles = {
    rows, columns: [], id: DOCUMENT, spine: at('spine.csv'), first: at('first.csv'), firstGb: at('first.gb.csv'), shuffled: at('shuffled.csv'), changed: at('changed.csv'),
    config: at('config'), configGb: join(ROOT, 'config'),
  };
  if (!existsSync(folder)) {
    const half = `${folder}.half`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    say(`inventing a district for ${rows.toLocaleString('en')} rows …`);
    await simulate({ people: Math.ceil(rows * 1.12) + 400, seed: 'bench', out: half, config: files.configGb, feeds: [SPINE, FEED], dirt: 'none', truth: false });
    const made = JSON.parse(readFileSync(join(half, 'manifest.json'), 'utf8')) as { feed: string; file: string }[];
    const of = (feed: string): string => join(half, made.find((one) => one.feed === feed)!.file);
    renameSync(of(SPINE), join(half, 'spine.csv'));
    say('its deliveries …');
    writeDeliveries(of(FEED), half, rows);
    rmSync(join(half, 'deliveries'), { recursive: true });
    for (const name of ['first', 'shuffled', 'changed']) await inUtf8(join(half, `${name}.gb.csv`), join(half, `${name}.csv`));
    for (const name of ['shuffled', 'changed']) rmSync(join(half, `${name}.gb.csv`));
    cpSync(files.configGb, join(half, 'config'), { recursive: true });
    const contract = join(half, 'config', 'feeds', FEED, 'feed.yaml');
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('encoding: gb18030', 'encoding: utf-8'));
    renameSync(half, folder);
  }
  files.columns = headerOf(files.first);
  return files;
}

async function inUtf8(from: string, to: string): Promise<void> {
  const decoder = new TextDecoder('gb18030');
  await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  }, createWriteStream(to));
}

/** first.gb.csv, shuffled.gb.csv and changed.gb.csv, from what the simulator delivers. */
function writeDeliveries(from: string, folder: string, rows: number): void {
  const bytes = readFileSync(from);
  const header = bytes.indexOf(10) + 1;
  const columns = new TextDecoder('gb18030').decode(bytes.subarray(0, header)).trim().split(',');
  const [document, lastPaid] = [columns.indexOf(DOCUMENT), columns.indexOf(LAST_PAID)];
  if (document < 0 || lastPaid < 0 || columns[0] !== KEY) throw new Error(`${FEED} has other columns than the bench knows`);

  const starts: number[] = [], ends: number[] = [], later: number[] = [];
  const numbers = new Set<string>();
  for (let start = header, row = 0; start < bytes.length && starts.length < rows; row++) {
    const end = bytes.indexOf(10, start) + 1;
    const [cell, until] = cellOf(bytes, start, document);
    const number = bytes.toString('latin1', cell, until);
    if (!numbers.has(number)) {
      numbers.add(number);
      if (isNew(row)) later.push(start, end);
      else {
        starts.push(start);
        ends.push(end);
      }
    }
    start = end;
  }
  if (starts.length < rows) throw new Error(`the district has ${starts.length} rows only`);

  const head = bytes.subarray(0, header);
  const write = (name: string, lines: Iterable<Buffer>): void => writeLines(join(folder, name), head, lines);
  write('first.gb.csv', (function* () { for (let i = 0; i < rows; i++) yield bytes.subarray(starts[i], ends[i]); })());
  write('shuffled.gb.csv', (function* () { for (const i of shuffled(rows)) yield bytes.subarray(starts[i], ends[i]); })());
  write('changed.gb.csv', (function* () {
    for (let i = 0; i < rows; i++) {
      const line = bytes.subarray(starts[i], ends[i]);
      if (isGone(i)) continue;
      if (!isChanged(i)) yield line;
      else {
        const [cell, until] = cellOf(line, 0, lastPaid);
        yield line.subarray(0, cell);
        yield Buffer.from(line.toString('latin1', cell, until) === '202601' ? '202602' : '202601');
        yield line.subarray(until);
      }
    }
    for (let i = 0; i < later.length; i += 2) yield bytes.subarray(later[i], later[i + 1]);
  })());
}

/** Where a cell begins and ends; no cell before it is quoted. */
function cellOf(bytes: Buffer, start: number, nth: number): [number, number] {
  for (let i = 0; i < nth; i++) start = bytes.indexOf(44, start) + 1;
  return [start, bytes.indexOf(44, start)];
}

function writeLines(file: string, header: Buffer, lines: Iterable<Buffer>): void {
  const to = openSync(file, 'w');
  let pieces: Buffer[] = [header];
  let size = header.length;
  for (const line of lines) {
    pieces.push(line);
    size += line.length;
    if (size < 1 << 22) continue;
    writeSync(to, Buffer.concat(pieces));
    [pieces, size] = [[], 0];
  }
  if (size > 0) writeSync(to, Buffer.concat(pieces));
  closeSync(to);
}

/** 0 … count-1 in an order by chance, the same every time (Fisher, Yates; the chance is Marsaglia's xorshift). */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let x = 0x9e3779b9;
  for (let i = count - 1; i > 0; i--) {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5;
    const j = (x >>> 0) % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function headerOf(file: string): string[] {
  const bytes = Buffer.alloc(4096);
  const from = openSync(file, 'r');
  const read = readSync(from, bytes);
  closeSync(from);
  return bytes.toString('utf8', 0, bytes.subarray(0, read).indexOf(10)).trim().split(',');
}

/** What the deliveries follow from: the simulator and the district's config. */
export function simulatorDigest(): string {
  const hash = createHash('sha1');
  for (const root of [join(ROOT, 'dist', 'libs', 'population'), join(ROOT, 'config', 'feeds'), join(ROOT, 'config', 'codes'), join(import.meta.dirname, 'ingest-files.js')]) {
    for (const file of filesBelow(root)) if (!file.endsWith('.map')) hash.update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 10);
}

function filesBelow(path: string): string[] {
  if (path.endsWith('.js')) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name)).sort();
}
