import type { ByteSource, FeedCatalogue, FeedContract } from '#feeds';
import { killPoint, type Lease, type Progress, type Run, type StepCount } from '#runs';
import type { ClientBase } from 'pg';
import { clearRun, putInPlace } from '../apply/apply-staged.js';
import { readingContract } from '../redrive/reading-contract.js';
import { scanDelivery, type Scanned, type ScanParts } from '../scan/scan-delivery.js';
import { StagedSql } from '../table/staged-sql.js';
import { drivenAnew } from './driven-anew.js';
import type { RejectStory } from './reject-story.js';

/** One delivery of a feed's story. */
export interface Chapter {
  run: Run;
  /** As it was when the delivery was read: amendments change no table, so rows read by several versions stand side by side. */
  contract: FeedContract;
  source: ByteSource;
  /** By which it is known for the one before it again; null of the run whose turn it is. */
  seenDigest: string | null;
  /** The run under which its rejects are kept. */
  rejects: number;
  /** Of rejects driven again: what was put in place of their values, sealed. */
  repairs?: Buffer | null;
  steps?: StepCount[];
}

export interface Reading {
  /** Under whose number the private tables lie: a late run's, or the negative of an order's. */
  lease: Lease;
  signal: AbortSignal;
  contract: FeedContract;
  progress: Progress;
  /** Is told of each delivery before it is read. */
  begin?: (chapter: Chapter) => void;
}

/** Does some work in a transaction that begins with the fence. */
export type Fenced = (work: (client: ClientBase) => Promise<unknown>) => Promise<void>;

export function fencedBy(parts: ScanParts, { lease, signal }: Reading): Fenced {
  return (work) => parts.database.transaction('staging', async (client) => {
    signal.throwIfAborted();
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    await work(client);
  });
}

/** Makes the tables a feed is read again into; what an earlier reader left is dropped. */
export async function openReading(fenced: Fenced, { contract, lease }: Reading): Promise<void> {
  await fenced(async (client) => {
    await clearRun(client, contract.feed, lease.run);
    if (lease.run > 0) await client.query('delete from staging.reject where run = $1', [lease.run]);
    await client.query('select staging.open_run_table($1, $2), staging.open_replay($1, $2)', [new StagedSql(contract).feed, lease.run]);
  });
  killPoint('replay.opened', lease.run);
}

/** What a delivery would do; `unkept`: how many of its rejects are not those the run had in its time. */
export interface ReadAgain extends Scanned { unkept: number }

/**
 * Reads deliveries one after the other, in the order given, into the private tables, by the very steps by which
 * deliveries are published; what becomes of their rejects is told beside.
 * @param judge sees what a delivery would do before it is put in place; false stops here
 * @returns whether none was stopped
 */
export async function readAgain(
  parts: ScanParts, fenced: Fenced, story: RejectStory, o: Reading, chapters: readonly Chapter[], judge: (chapter: Chapter, read: ReadAgain) => Promise<boolean>,
): Promise<boolean> {
  const { lease, contract } = o;
  let before: { seenDigest: string; fileBytes: number; contract: FeedContract; rejects: number } | null = null;
  for (const chapter of chapters) {
    const { run } = chapter;
    const sql = new StagedSql(contract, { run: lease.run, delivery: run.id, rejects: chapter.rejects });
    const told = { mode: run.mode, redrive: run.redrive, delivery: run.id, rejects: chapter.rejects };
    // In its time it was known for what was there already, and not read.
    const again: boolean = contract.format.kind !== 'xlsx' && before !== null && run.redrive === null && before.seenDigest === chapter.seenDigest
      && before.fileBytes === run.fileBytes && before.contract.version === chapter.contract.version;
    if (again) {
      await story.repeat(sql, told, before!.rejects);
      continue;
    }
    o.begin?.(chapter);
    await fenced(async (client) => {
      await client.query(`truncate ${sql.fresh(lease.run)}`);
      await client.query('delete from staging.removal where run = $1', [lease.run]);
      await client.query('delete from staging.change where run = $1', [lease.run]);
      await client.query('select runs.forget_chunks($1)', [lease.run]);
    });
    const { source, moved } = run.redrive === null ? { source: chapter.source, moved: [] } : await drivenAnew(parts, story, sql, chapter);
    const scanned = await scanDelivery(parts, {
      run, lease, signal: o.signal, contract: readingContract(chapter.contract, run), sql, first: false, resumeAfter: 0, unmappedAgain: true,
      source, steps: chapter.steps ?? [], progress: o.progress, within: (work) => story.transaction(work),
    });
    // Another line than the one that was rejected then is kept nowhere either.
    const other = new Set(moved);
    const unkept = await story.settle(sql, told, scanned.rejectedAgain) + (scanned.rejectedAgain ?? []).filter((row) => other.has(row)).length;
    if (!await judge(chapter, { ...scanned, unkept })) return false;
    await fenced(async (client) => {
      await putInPlace(client, sql, { run: lease.run, asOf: run.asOf, knownAt: run.acceptedAt });
      await client.query('select staging.analyze_replay($1, $2)', [sql.feed, lease.run]);
    });
    killPoint('replay.delivery', lease.run);
    const seenDigest: string = chapter.seenDigest ?? scanned.digest;
    // Rejects driven again are none of the supplier's: what it sends again is known behind them too.
    if (run.redrive === null) before = { seenDigest, fileBytes: run.fileBytes, contract: chapter.contract, rejects: chapter.rejects };
  }
  return true;
}

/** The contract as a delivery was read by it; undefined where its folder has changed since. */
export function readingOf(catalogue: FeedCatalogue, contract: FeedContract, run: Run): FeedContract | undefined {
  return run.contractVersion === contract.version ? contract : catalogue.ofVersion(contract.feed, run.contractVersion);
}

/** Whether a delivery takes effect after another: by the supplier's time, then in the order they were handed in. */
export function comesAfter(one: Run, other: Run): boolean {
  const apart = one.asOf.getTime() - other.asOf.getTime();
  return apart > 0 || (apart === 0 && one.id > other.id);
}

/** Deliveries in their order in time, one more among them. */
export function inPlace<T extends { run: Run }>(one: T, others: readonly T[]): T[] {
  const after = others.findIndex((other) => comesAfter(other.run, one.run));
  return after === -1 ? [...others, one] : [...others.slice(0, after), one, ...others.slice(after)];
}
