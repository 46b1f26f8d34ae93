import { join } from 'node:path';
import type { Database } from '#database';
import { columnReading, latestDateOf, readerOf, TokenBatch, type ByteSource, type ColumnTally, type FeedCatalogue, type FeedContract, type Format, type HashSet, type RowFault } from '#feeds';
import type { Keys } from '#keys';
import { killPoint, type Lease, type Progress, type Run, type RunCounts, type StepCount } from '#runs';
import type { ClientBase } from 'pg';
import { matchRun } from '../match/match-run.js';
import type { StagedSql } from '../table/staged-sql.js';
import { ChunkWriter } from './chunk-writer.js';
import { DeliveryReader, type DeliveryCounts } from './delivery-reader.js';
import { expectedRowsOf } from './expected-rows.js';
import { findStanding, loadKnownRows } from './known-rows.js';
import { checkPromisedRows } from './outcome.js';
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
  progress: Progress;
  /** Where the rejects' story is told anew: does some work in a transaction that sees the relations of `sql`. */
  within?: <T>(work: (client: ClientBase) => Promise<T>) => Promise<T>;
  /** Rows that hold with a code nobody mapped are read again: it may be mapped by now, and is counted as long as it is not. */
  unmappedAgain: boolean;
}

export interface Scanned {
  counts: RunCounts; currentRows: number; lacking: number; blocked: RowFault | null; warnings: Record<string, number>; digest: string; columns: ColumnTally[];
  /** The numbers of its rejected rows, where it is read again; null where they are written. */
  rejectedAgain: number[] | null;
}

/** Brings a delivery's rows into the lease's private table and finds what they change. */
export async function scanDelivery(parts: ScanParts, o: ScanOrder): Promise<Scanned> {
  const { database, catalogue, keys } = parts;
  const { run, lease, contract, source, sql, steps, progress } = o;
  const full = run.mode === 'full';
  const seed = keys.secret('row-hash', 8);
  let known: HashSet | null = null;
  if (full && !o.first) progress.begin('load');
  if (full && !o.first) known = await timed(steps, 'load', 'known rows', () => loadKnownRows(database, sql, o.unmappedAgain), (set) => set.size);

  const reader = catalogue.rowReader(contract, latestDateOf(run.asOf));
  const tokens = () => new TokenBatch({ document: keys.tokens('document'), phone: keys.tokens('phone') }, keys.tokens('source-key', contract.feed));
  const rowTokens = tokens();
  const side = { rejects: tokens(), removals: tokens() };
  const rejectedAgain = run.id === lease.run ? null : [];
  const writer = new ChunkWriter(database, lease, {
    rows: { table: sql.fresh(lease.run), columns: sql.columnNames, tokens: rowTokens },
    rejects: { table: 'staging.reject', columns: REJECT_COLUMNS, tokens: side.rejects },
    removals: { table: 'staging.removal', columns: REMOVAL_COLUMNS, tokens: side.removals },
  }, parts.chunkRows);
  const outlet = new RunOutlet({
    writer, tokens: rowTokens, side, run: lease.run, rejectedAgain, feed: Buffer.from(contract.feed), sealer: keys.sealer(), progress,
  });
  const expectedRows = await expectedRowsOf(contract, source, source.size ?? run.fileBytes);
  const delivery = new DeliveryReader(contract, reader, catalogue, outlet, {
    run: run.id, seed, known, keysOfKnown: false, expectedRows, resumeAfter: o.resumeAfter, signal: o.signal,
  });
  const format = readerOf(contract);
  progress.begin('read', o.resumeAfter, expectedRows);
  try {
    await timed(steps, 'stage', sql.feed, async () => {
      await readAll(format, source, delivery);
      await writer.end(delivery.counts.read);
    }, () => delivery.counts.read);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  killPoint('stage.read', lease.run);
  checkPromisedRows(run, delivery.counts.read);
  const standing = known === null || delivery.counts.staged + delivery.counts.removals === 0 ? new Set<string>()
    : await timed(steps, 'match', 'standing rows', () => findStanding(database, sql, lease.run, known), (rows) => rows.size);
  if (delivery.contested.size > 0 || standing.size > 0) {
    await timed(steps, 'settle', 'contested keys', () => resolveContested({
      contract, format, source, contested: delivery.contested, standing, known, seed, counts: delivery.counts, database, lease, sql,
      reader: catalogue.rowReader(contract, latestDateOf(run.asOf)), sealer: keys.sealer(), tokens: tokens(),
      removeWord: contract.operation?.remove ?? null, rejectedAgain,
    }), () => delivery.contested.size);
    killPoint('stage.settled', lease.run);
  }
  if (delivery.counts.rejected > 0 && run.id === lease.run) await keepForm(database, lease, contract, delivery.columns);
  if (run.redrive !== null) await passBy(database, lease, { sql, redrive: run.redrive, counts: delivery.counts, within: o.within });
  progress.begin('match', delivery.counts.read, delivery.counts.read);
  const match = await matchRun({ database, lease, sql, contract, first: o.first, full, known, delivery, steps });
  killPoint('stage.matched', lease.run);
  return { ...match, blocked: reader.blocked, warnings: Object.fromEntries(reader.warnings), digest: delivery.digest.text(), columns: reader.columnTallies(), rejectedAgain };
}

/** A format may give up a delivery whose keys it does not know; what the sink has seen of it says more. */
export async function readAll(format: Format, source: ByteSource, delivery: DeliveryReader): Promise<void> {
  try {
    await format.read(source, delivery);
  } catch (error) {
    delivery.end();
    throw error;
  }
  delivery.end();
}

/** What the raw lines of the run's rejects need to be read again. */
async function keepForm(database: Database, lease: Lease, contract: FeedContract, columns: string[]): Promise<void> {
  const { kind, encoding, delimiter, widths } = contract.format;
  const { aliases, ignored } = columnReading(contract);
  const others = kind === 'ndjson' && contract.amended !== undefined ? { aliases: Object.fromEntries(aliases), ignored: [...ignored] } : {};
  await database.transaction('staging', async (client) => {
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    await client.query(
      'insert into staging.reject_form (run, columns, format) values ($1, $2, $3) on conflict (run) do update set columns = excluded.columns, format = excluded.format',
      [lease.run, columns.map((column) => aliases.get(column) ?? column), JSON.stringify({ kind, encoding, delimiter, widths, ...others })]);
  });
}

/** Rows driven again whose rejects another run has settled since they were ordered: a newer delivery is not overwritten by an old line. */
async function passBy(
  database: Database, lease: Lease, { sql, redrive, counts, within = (work) => database.transaction('staging', work) }: { sql: StagedSql; redrive: number; counts: DeliveryCounts } & Pick<ScanOrder, 'within'>,
): Promise<void> {
  await within(async (client) => {
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    const { rows: [gone] } = await client.query<{ staged: number; removed: number }>(
      sql.fill(join(import.meta.dirname, '../redrive'), 'superseded', lease.run), [redrive]);
    const passed = gone!.staged + gone!.removed;
    if (passed === 0) return;
    // What is dropped here would not be found again by a worker that goes on behind the last chunk.
    await client.query('select runs.forget_chunks($1)', [lease.run]);
    counts.staged -= gone!.staged;
    counts.removals -= gone!.removed;
    counts.unchanged += passed;
  });
  killPoint('stage.passed-by', lease.run);
}

export async function timed<T>(steps: StepCount[], step: string, relation: string, work: () => Promise<T>, rows: (result: T) => number): Promise<T> {
  const start = performance.now();
  const result = await work();
  steps.push({ step, relation, rows: rows(result), ms: performance.now() - start });
  return result;
}
