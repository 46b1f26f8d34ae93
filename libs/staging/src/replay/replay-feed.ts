import { access } from 'node:fs/promises';
import type { ByteSource, FeedCatalogue, FeedContract } from '#feeds';
import { killPoint, type Lease, type Outcome, type Progress, type PublishedRun, type Run, type StepCount } from '#runs';
import type { ClientBase } from 'pg';
import { clearRun, putInPlace } from '../apply/apply-staged.js';
import { storedDelivery } from '../land/open-delivery.js';
import { heldBack, heldFor, heldLate } from '../scan/outcome.js';
import { scanDelivery, timed, type Scanned, type ScanParts } from '../scan/scan-delivery.js';
import { StagedSql } from '../table/staged-sql.js';

export interface ReplayOrder {
  /** The late run. */
  run: Run;
  lease: Lease;
  signal: AbortSignal;
  contract: FeedContract;
  source: ByteSource;
  /** What was published of the feed, in its order in time. */
  published: PublishedRun[];
  steps: StepCount[];
  progress: Progress;
}

/** A delivery of the story, as far as another can be its repetition. */
interface Told { seenDigest: string | null; fileBytes: number; contractVersion: string }

/**
 * Gives a late delivery its place in time: all that was published of its feed is read again from the first delivery
 * on, with it in its place, into tables private to the run, by the very steps by which deliveries are published.
 * Where that ends otherwise than what is published is the change of the run. A worker that takes over begins anew.
 * @returns held, when a delivery of the feed cannot be read again or this one goes beyond its contract
 */
export async function replayFeed(parts: ScanParts, o: ReplayOrder): Promise<Outcome> {
  const { run, lease, contract, published, steps } = o;
  const readings = readingsOf(parts.catalogue, o.contract, published);
  const unread = await unreadable(published, readings);
  if (unread !== null) return { state: 'held', reason: heldLate(run, published.at(-1)!, unread) };
  const fenced = (work: (client: ClientBase) => Promise<unknown>) => parts.database.transaction('staging', async (client) => {
    o.signal.throwIfAborted();
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    await work(client);
  });
  const live = new StagedSql(contract);
  await fenced(async (client) => {
    await clearRun(client, run.feed, run.id);
    await client.query('delete from staging.reject where run = $1', [run.id]);
    await client.query('select staging.open_run_table($1, $2), staging.open_replay($1, $2)', [live.feed, run.id]);
  });
  killPoint('replay.opened', run.id);

  const start = performance.now();
  let own: Scanned | null = null;
  let before: Told | null = null;
  for (const one of inPlace(run, published)) {
    // In its time it was known for what was there already, and not read.
    const again = 'copy' in one && contract.format.kind !== 'xlsx' && before !== null && before.seenDigest !== null
      && before.seenDigest === one.seenDigest && before.fileBytes === one.fileBytes && before.contractVersion === one.contractVersion;
    if (again) continue;
    const copy = 'copy' in one ? one.copy! : null;
    const sql = new StagedSql(contract, { run: run.id, delivery: one.id, rejects: copy?.run ?? run.id });
    await fenced(async (client) => {
      await client.query(`truncate ${sql.fresh(run.id)}`);
      await client.query('delete from staging.removal where run = $1', [run.id]);
      await client.query('delete from staging.change where run = $1', [run.id]);
      await client.query('select runs.forget_chunks($1)', [run.id]);
    });
    const scanned = await scanDelivery(parts, {
      run: one, lease, signal: o.signal, contract: readings.get(one.contractVersion) ?? contract, sql, first: false, resumeAfter: 0, unmappedAgain: true,
      source: copy === null ? o.source : storedDelivery(one, copy.path, parts.keys), steps: copy === null ? steps : [], progress: o.progress,
    });
    if (copy === null) {
      own = scanned;
      const held = heldFor({ ...own, run, contract });
      if (held !== null) {
        await fenced((client) => clearRun(client, run.feed, run.id));
        return { state: 'held', counts: heldBack(own.counts), reason: held, warnings: own.warnings, digest: own.digest, seenDigest: own.digest };
      }
    }
    await fenced(async (client) => {
      await putInPlace(client, sql, { run: run.id, asOf: one.asOf, knownAt: one.acceptedAt });
      await client.query('select staging.analyze_replay($1, $2)', [sql.feed, run.id]);
    });
    killPoint('replay.delivery', run.id);
    before = { seenDigest: 'copy' in one ? one.seenDigest : scanned.digest, fileBytes: one.fileBytes, contractVersion: one.contractVersion };
  }
  steps.push({ step: 'replay', relation: live.feed, rows: published.length + 1, ms: performance.now() - start });
  await timed(steps, 'match', 'change', () => findDiffering(fenced, live, run.id), (rows) => rows);
  killPoint('replay.matched', run.id);
  return {
    state: 'staged', counts: own!.counts, warnings: own!.warnings, digest: own!.digest, seenDigest: own!.digest, first: false, replayed: true,
  };
}

/** The deliveries of the feed in their order in time, the late one among them. */
function inPlace(run: Run, published: PublishedRun[]): (Run | PublishedRun)[] {
  const after = published.findIndex((one) => comesAfter(one, run));
  return [...published.slice(0, after), run, ...published.slice(after)];
}

/** Whether a delivery takes effect after another: by the supplier's time, then in the order they were handed in. */
export function comesAfter(one: Run, other: Run): boolean {
  const apart = one.asOf.getTime() - other.asOf.getTime();
  return apart > 0 || (apart === 0 && one.id > other.id);
}

/** The contract as each delivery was read by it, by version: amendments change no table, so their rows stand side by side. */
function readingsOf(catalogue: FeedCatalogue, contract: FeedContract, published: PublishedRun[]): Map<string, FeedContract> {
  const readings = new Map<string, FeedContract>([[contract.version, contract]]);
  for (const { contractVersion } of published) {
    const known = readings.has(contractVersion) ? undefined : catalogue.ofVersion(contract.feed, contractVersion);
    if (known !== undefined) readings.set(contractVersion, known);
  }
  return readings;
}

/** Why the feed's deliveries cannot be read again as they were, or null. */
async function unreadable(published: PublishedRun[], readings: ReadonlyMap<string, FeedContract>): Promise<'contract' | 'copy' | 'redrive' | null> {
  // What of an order was passed by when it was published depends on what was settled then.
  if (published.some((one) => one.redrive !== null)) return 'redrive';
  if (published.some((one) => !readings.has(one.contractVersion))) return 'contract';
  for (const { copy } of published) if (copy === null || !await access(copy.path).then(() => true, () => false)) return 'copy';
  return null;
}

/** Leaves as changes of the run what differs between what is published and what the replay made. @returns how many */
async function findDiffering(fenced: (work: (client: ClientBase) => Promise<unknown>) => Promise<void>, sql: StagedSql, run: number): Promise<number> {
  let found = 0;
  await fenced(async (client) => {
    await client.query('delete from staging.removal where run = $1', [run]);
    await client.query('delete from staging.change where run = $1', [run]);
    await client.query('select runs.forget_chunks($1)', [run]);
    found = (await client.query(sql.fill(import.meta.dirname, 'differing', run))).rowCount ?? 0;
    await client.query('select staging.count_changes()');
  });
  return found;
}
