import type { Database } from '#database';
import { formatOf, latestDateOf, TokenBatch, type ByteSource, type FeedCatalogue, type FeedContract, type HashSet, type RowFault } from '#feeds';
import type { Keys } from '#keys';
import { killPoint, type Lease, type Run, type RunCounts, type StepCount } from '#runs';
import { matchRun } from '../match/match-run.js';
import type { StagedSql } from '../table/staged-sql.js';
import { ChunkWriter } from './chunk-writer.js';
import { DeliveryReader } from './delivery-reader.js';
import { expectedRowsOf } from './expected-rows.js';
import { findStanding, loadKnownRows } from './known-rows.js';
import { resolveContested } from './resolve-contested.js';
import { REJECT_COLUMNS, REMOVAL_COLUMNS, RunOutlet } from './run-outlet.js';

export interface ScanParts { database: Database; catalogue: FeedCatalogue; keys: Keys; chunkRows?: number }

export interface ScanOrder {
  /** Whose delivery it is: the lease's run, or one that the lease's run reads again. */
  run: Run;
  lease: Lease;
  signal: AbortSignal;
  contract: FeedContract;
  source: ByteSource;
  /** The relations it is compared with. */
  sql: StagedSql;
  first: boolean;
  resumeAfter: number;
  steps: StepCount[];
}

export interface Scanned { counts: RunCounts; currentRows: number; blocked: RowFault | null; warnings: Record<string, number>; digest: string }

/** Brings a delivery's rows into the lease's private table and finds what they change. */
export async function scanDelivery(parts: ScanParts, o: ScanOrder): Promise<Scanned> {
  const { database, catalogue, keys } = parts;
  const { run, lease, contract, source, sql, steps } = o;
  const full = run.mode === 'full';
  const seed = keys.secret('row-hash', 8);
  let known: HashSet | null = null;
  if (full && !o.first) known = await timed(steps, 'load', 'known rows', () => loadKnownRows(database, sql), (set) => set.size);

  const reader = catalogue.rowReader(contract, latestDateOf(run.asOf));
  const tokens = () => new TokenBatch({ document: keys.tokens('document'), phone: keys.tokens('phone') }, keys.tokens('source-key', contract.feed));
  const rowTokens = tokens();
  const side = { rejects: tokens(), removals: tokens() };
  const writer = new ChunkWriter(database, lease, {
    rows: { table: sql.fresh(lease.run), columns: sql.columnNames, tokens: rowTokens },
    rejects: { table: 'staging.reject', columns: REJECT_COLUMNS, tokens: side.rejects },
    removals: { table: 'staging.removal', columns: REMOVAL_COLUMNS, tokens: side.removals },
  }, parts.chunkRows);
  const outlet = new RunOutlet({
    writer, tokens: rowTokens, side, run: lease.run, keepRejects: run.id === lease.run, feed: Buffer.from(contract.feed), sealer: keys.sealer(),
  });
  const delivery = new DeliveryReader(contract, reader, catalogue, outlet, {
    run: run.id, seed, known, keysOfKnown: false, expectedRows: await expectedRowsOf(contract, source, source.size ?? run.fileBytes),
    resumeAfter: o.resumeAfter, signal: o.signal,
  });
  const format = formatOf(contract.format, contract.fields.map((field) => field.column));
  try {
    await timed(steps, 'stage', sql.feed, async () => {
      await format.read(source, delivery);
      await writer.end(delivery.counts.read);
    }, () => delivery.counts.read);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  killPoint('stage.read', lease.run);
  const standing = known === null || delivery.counts.staged + delivery.counts.removals === 0 ? new Set<string>()
    : await timed(steps, 'match', 'standing rows', () => findStanding(database, sql, lease.run, known), (rows) => rows.size);
  if (delivery.contested.size > 0 || standing.size > 0) {
    await timed(steps, 'settle', 'contested keys', () => resolveContested({
      contract, format, source, contested: delivery.contested, standing, known, seed, counts: delivery.counts, database, lease, sql,
      reader: catalogue.rowReader(contract, latestDateOf(run.asOf)), sealer: keys.sealer(), tokens: tokens(),
      removeWord: contract.operation?.remove ?? null, keepRejects: run.id === lease.run,
    }), () => delivery.contested.size);
    killPoint('stage.settled', lease.run);
  }
  const match = await matchRun({ database, lease, sql, contract, first: o.first, full, known, delivery, steps });
  killPoint('stage.matched', lease.run);
  return { ...match, blocked: reader.blocked, warnings: Object.fromEntries(reader.warnings), digest: delivery.digest.text() };
}

export async function timed<T>(steps: StepCount[], step: string, relation: string, work: () => Promise<T>, rows: (result: T) => number): Promise<T> {
  const start = performance.now();
  const result = await work();
  steps.push({ step, relation, rows: rows(result), ms: performance.now() - start });
  return result;
}
