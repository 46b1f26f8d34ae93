import type { Database } from '#database';
import { CopyWriter, fileSource, latestDateOf, readerOf, TokenBatch, type FeedCatalogue, type RowFault } from '#feeds';
import type { Keys } from '#keys';
import { amendCatalogue } from '../drift/amend-catalogue.js';
import { StagedSql } from '../table/staged-sql.js';
import { DeliveryReader, type DeliveryCounts, type RowOutlet } from './delivery-reader.js';
import { expectedRowsOf } from './expected-rows.js';
import { loadKnownRows } from './known-rows.js';
import { readAll } from './scan-delivery.js';

/** What a delivery would do. `staged` rows are new or changed; `rejects` counts by column and rule with the first rows that broke it. */
export interface Trial {
  counts: DeliveryCounts;
  rejects: { column: string | null; rule: string; rows: number; first: number[] }[];
  warnings: Record<string, number>;
  contestedKeys: number;
}

/**
 * Reads a delivery as a run would and changes nothing.
 * @throws HubError when the delivery as a whole would be refused
 */
export async function tryDelivery(o: { database: Database | null; catalogue: FeedCatalogue; keys: Keys; feed: string; file: string; asOf: Date }): Promise<Trial> {
  if (o.database !== null) await amendCatalogue(o.database, o.catalogue);
  const contract = o.catalogue.get(o.feed);
  const known = o.database === null ? null : await loadKnownRows(o.database, new StagedSql(contract));
  const tokens = new TokenBatch({ document: o.keys.tokens('document'), phone: o.keys.tokens('phone') }, o.keys.tokens('source-key', contract.feed));
  const outlet = new TrialOutlet(tokens);
  const reader = o.catalogue.rowReader(contract, latestDateOf(o.asOf));
  const source = await fileSource(o.file);
  const delivery = new DeliveryReader(contract, reader, o.catalogue, outlet, {
    run: 0, seed: o.keys.secret('row-hash', 8), known, keysOfKnown: true, expectedRows: await expectedRowsOf(contract, source, source.size ?? 0), resumeAfter: 0, signal: new AbortController().signal,
  });
  await readAll(readerOf(contract), source, delivery);
  return {
    counts: delivery.counts,
    rejects: [...outlet.rejects.values()].sort((a, b) => b.rows - a.rows),
    warnings: Object.fromEntries(reader.warnings),
    contestedKeys: delivery.contested.size,
  };
}

class TrialOutlet implements RowOutlet {
  readonly rows = new CopyWriter();
  readonly rejects = new Map<string, Trial['rejects'][number]>();

  constructor(readonly tokens: TokenBatch) {}

  staged(): void { /* Nothing leaves. */ }

  reject(rowNo: number, faults: readonly RowFault[]): void {
    for (const { column, rule } of faults) {
      const name = `${column}:${rule}`;
      let entry = this.rejects.get(name);
      if (entry === undefined) this.rejects.set(name, entry = { column, rule, rows: 0, first: [] });
      entry.rows++;
      if (entry.first.length < 5) entry.first.push(rowNo);
    }
  }

  remove(): void { /* Nothing leaves. */ }

  async drain(): Promise<void> {
    this.tokens.forget(this.rows);
    this.rows.clear();
  }
}
