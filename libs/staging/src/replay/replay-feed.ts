import { access } from 'node:fs/promises';
import type { ByteSource, FeedCatalogue, FeedContract } from '#feeds';
import { killPoint, type Lease, type Outcome, type Progress, type PublishedRun, type Run, type RunReason, type StepCount } from '#runs';
import { clearRun } from '../apply/apply-staged.js';
import { storedDelivery } from '../land/open-delivery.js';
import { heldBack, heldFor, heldLate, type Unread } from '../scan/outcome.js';
import { timed, type Scanned, type ScanParts } from '../scan/scan-delivery.js';
import { stateWhole } from '../state/staged-state.js';
import { StagedSql } from '../table/staged-sql.js';
import { RejectStory } from './reject-story.js';
import { fencedBy, inPlace, openReading, readAgain, readingOf, type Chapter, type Fenced } from './read-again.js';

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

/**
 * Gives a late delivery its place in time: all that was published of its feed is read again from the first delivery
 * on, with it in its place, into tables private to the run, by the very steps by which deliveries are published.
 * Where that ends otherwise than what is published is the change of the run. Rejects that were driven again are part of
 * the story: they are driven again in their place, those that are open there. A worker that takes over begins anew.
 * @returns held, when a delivery of the feed cannot be read again or this one goes beyond its contract
 */
export async function replayFeed(parts: ScanParts, o: ReplayOrder): Promise<Outcome> {
  const { run, contract, published } = o;
  const unread = await unreadable(parts.catalogue, contract, published);
  if (unread !== null) return { state: 'held', reason: heldLate(run, published.at(-1)!, unread) };
  const story = await RejectStory.begin(parts.database, o.lease);
  try {
    return await replayWith(parts, o, story);
  } finally {
    await story.end();
  }
}

async function replayWith(parts: ScanParts, o: ReplayOrder, story: RejectStory): Promise<Outcome> {
  const { run, contract, published, steps } = o;
  const fenced = fencedBy(parts, o);
  const live = new StagedSql(contract);
  await openReading(fenced, o);

  const start = performance.now();
  const late: Chapter = { run, contract, source: o.source, seenDigest: null, rejects: run.id, steps };
  const told = published.map((one): Chapter => ({
    run: one, contract: readingOf(parts.catalogue, contract, one)!, source: storedDelivery(one, one.copy!.path, parts.keys), seenDigest: one.seenDigest, rejects: one.copy!.run, repairs: one.repairs,
  }));
  const found: { own?: Scanned; held: RunReason | null } = { held: null };
  await readAgain(parts, fenced, story, o, inPlace(late, told), async (chapter, read) => {
    if (chapter === late) {
      found.own = read;
      found.held = heldFor({ ...read, run, contract });
    } else if (read.unkept > 0) found.held = heldLate(run, published.at(-1)!, { why: 'rejects', run: chapter.run as PublishedRun });
    return found.held === null;
  });
  if (found.held !== null) {
    await fenced((client) => clearRun(client, run.feed, run.id));
    if (found.own === undefined) return { state: 'held', reason: found.held };
    const { counts, warnings, digest } = found.own;
    return { state: 'held', counts: heldBack(counts), reason: found.held, warnings, digest, seenDigest: digest };
  }
  const { counts, warnings, digest } = found.own!;
  await story.keep(run.feed);
  steps.push({ step: 'replay', relation: live.feed, rows: published.length + 1, ms: performance.now() - start });
  await timed(steps, 'match', 'change', () => findDiffering(fenced, live, run.id), (rows) => rows);
  killPoint('replay.matched', run.id);
  const stagedState = await stateWhole(parts.database.pool('staging'), new StagedSql(contract, { run: run.id, delivery: run.id, rejects: run.id }));
  return { state: 'staged', counts, warnings, digest, seenDigest: digest, first: false, replayed: true, stagedState };
}

/** Why the feed's deliveries cannot be read again as they were, or null. */
async function unreadable(catalogue: FeedCatalogue, contract: FeedContract, published: PublishedRun[]): Promise<Unread | null> {
  const otherwise = published.find((one) => readingOf(catalogue, contract, one) === undefined);
  if (otherwise !== undefined) return { why: 'contract', run: otherwise };
  // The copy of another run has the same rows, but not the same numbers for those that it rejected itself.
  const numbered = published.find((one) => one.copy !== null && one.copy.run !== one.id && one.counts.rejected > 0 && one.reason?.rule !== 'delivery-repeated');
  if (numbered !== undefined) return { why: 'copy', run: numbered };
  const gone = await copyless(published);
  return gone === null ? null : { why: 'copy', run: gone };
}

/** The last of these deliveries whose stored copy is not there. */
export async function copyless(published: readonly PublishedRun[]): Promise<PublishedRun | null> {
  for (const one of [...published].reverse()) if (one.copy === null || !await access(one.copy.path).then(() => true, () => false)) return one;
  return null;
}

/** Leaves as changes of the run what differs between what is published and what the replay made. @returns how many */
async function findDiffering(fenced: Fenced, sql: StagedSql, run: number): Promise<number> {
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
