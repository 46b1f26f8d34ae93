import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { simulate } from '#population';
import { Ledger, type Run } from '#runs';
import { loadSharing } from '#sharing';
import { withCases, type CaseWork } from './access/with-cases.js';
import { handIn, waitForRun } from './deliver/hand-in.js';
import type { Output } from './frame/output.js';
import type { Store } from './frame/store.js';
import { supplyOf } from './sharing/sharing.js';

/** The demonstration's consumer, as config/departments and config/grants have it. */
const DEPARTMENT = 'civil-affairs';
const GRANT = 'demo-civil-affairs';
const SEED = 'demonstration';

/** What a start remembers of the demonstration district, so that the next one can go on with it and show the call again. */
export interface Demonstration {
  people: number;
  /** The day the district's story ends: the one before it was made, so that deliveries are fresh. */
  until: string;
  /** Every delivery has been taken in and has come to an end. */
  loaded: boolean;
  client: { id: string; secret: string };
  /** Token of the number of one of its people, for a call to try; nobody's, since the district is invented. */
  example?: string | undefined;
}

interface Entry { asOf: string; feed: string; file: string; mode: 'full' | 'delta' }

/** The demonstration on this data folder, when there is one. */
export function findDemonstration(dataFolder: string): Demonstration | undefined {
  const file = fileOf(dataFolder);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as Demonstration : undefined;
}

/** Loads departments, products and grants of the district's config; what stands already is left alone. */
export async function loadDistrict({ store, cases, audit }: CaseWork): Promise<void> {
  const folder = store.settings.HUSHU_CONFIG;
  await loadSharing(folder, await supplyOf(folder), { database: store.database, cases, audit, clock: systemClock });
}

/**
 * Fills an empty store: makes the district, hands in every delivery in order and waits for each, or goes on where a
 * stopped start left off. Does nothing to a store that has other deliveries. Ends early, without harm, when `signal` says so.
 */
export async function loadDemonstration(people: number, output: Output, signal: AbortSignal): Promise<Demonstration | undefined> {
  return withCases(async (work) => {
    await loadDistrict(work);
    const { store } = work;
    const known = findDemonstration(store.settings.HUSHU_DATA);
    if (known?.loaded) return known;
    if (!known && !(await isEmpty(store))) return undefined;
    const demonstration = known ?? remember(store.settings.HUSHU_DATA, {
      people, until: yesterday(), loaded: false, client: await makeClient(work),
    });
    await deliverAll(store, demonstration, output, signal);
    return remember(store.settings.HUSHU_DATA, { ...demonstration, loaded: true, example: await someDocument(store) });
  });
}

/** Of somebody of whom several registers speak, so that the answer shows a unified record. */
async function someDocument({ database }: Store): Promise<string | undefined> {
  const { rows: [row] } = await database.pool('operations').query<{ document: string }>(
    `select document from registry.registered_identity i join registry.person p using (person)
      where exists (select from registry.marriage_row m where m.person = i.person) and i.death_date is null
      order by i.person limit 1`);
  return row?.document;
}

async function isEmpty(store: Store): Promise<boolean> {
  return (await new Ledger(store.database, systemClock).list({ limit: 1 })).length === 0;
}

async function makeClient({ cases }: CaseWork): Promise<Demonstration['client']> {
  const { client, secret } = await cases.createClient({ department: DEPARTMENT, grant: GRANT, scopes: ['persons'] });
  return { id: client.id, secret: secret! };
}

/** YYYY-MM-DD in Chinese time. */
function yesterday(): string {
  return new Date(systemClock.now().getTime() - 16 * 3_600_000).toISOString().slice(0, 10);
}

/** The same seed makes the same bytes, so a district that was half taken in is simply made again. */
async function deliverAll(store: Store, { people, until }: Demonstration, output: Output, signal: AbortSignal): Promise<void> {
  const { HUSHU_DATA, HUSHU_CONFIG } = store.settings;
  const folder = join(HUSHU_DATA, 'demonstration');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    output.say({ zh: `正在生成 ${people} 人的演示区……`, en: `Making a demonstration district of ${people} people …` });
    await simulate({ people, seed: SEED, until, out: folder, config: HUSHU_CONFIG, days: 0, dirt: 'default', truth: false });
    signal.throwIfAborted();
    const entries = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Entry[];
    const ledger = new Ledger(store.database, systemClock);
    const catalogue = await FeedCatalogue.load(HUSHU_CONFIG);
    const before = new Set((await ledger.list({ limit: 10_000 })).map((run) => `${run.feed} ${run.asOf.toISOString()}`));
    const runs: Run[] = [];
    for (const { feed, file, mode, asOf } of entries) {
      if (before.has(`${feed} ${new Date(asOf).toISOString()}`)) continue;
      const contract = catalogue.get(feed);
      const run = await handIn(ledger, { contract, file: join(folder, file), mode, asOf: new Date(asOf) });
      runs.push(run);
      // People are there to be asked for as soon as the registry is, whatever the others still take.
      if (contract.spine) await waitForRun(ledger, run.id, signal);
    }
    for (const [at, { id, feed }] of runs.entries()) {
      tell(await waitForRun(ledger, id, signal), catalogue.get(feed).title, `${at + 1}/${runs.length}`, output);
    }
  } finally {
    // Made-up numbers in clear are still numbers in clear.
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(run: Run, title: { zh: string; en: string }, place: string, output: Output): void {
  const { read, rejected } = run.counts;
  const seconds = (((run.endedAt ?? new Date()).getTime() - (run.startedAt ?? run.acceptedAt).getTime()) / 1000).toFixed(1);
  output.say({
    zh: `  ${place} ${title.zh}:${read} 行,拒收 ${rejected},${run.state},${seconds} 秒`,
    en: `  ${place} ${title.en}: ${read} rows, ${rejected} rejected, ${run.state}, ${seconds} s`,
  });
}

function fileOf(dataFolder: string): string {
  return join(dataFolder, 'demonstration.json');
}

function remember(dataFolder: string, demonstration: Demonstration): Demonstration {
  const file = fileOf(dataFolder);
  writeFileSync(`${file}.new`, JSON.stringify(demonstration, undefined, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return demonstration;
}
