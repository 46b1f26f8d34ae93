import { join } from 'node:path';
import type { Moment } from '../feed/feed-source.js';
import type { SupplierSheet } from '../feed/supplier-sheet.js';
import type { PlannedDelivery } from '../plan.js';
import type { Truth } from '../truth/truth.js';
import { type RowWriter, writerOf } from './row-writer.js';

/** One delivery's file: block after block writes its rows to it, and the truth learns whose they are. */
export class DeliveryFile {
  /** Data rows written so far. */
  rows = 0;
  private readonly writer: RowWriter;
  private readonly keyColumns: number[];
  private readonly values: string[];
  private readonly moment: Moment;

  /** @param seen records of this feed whose links the truth has, when the feed is delivered more than once */
  constructor(
    out: string,
    private readonly delivery: PlannedDelivery,
    private readonly sheet: SupplierSheet,
    private readonly truth: Truth,
    private readonly seen: Set<unknown> | null,
  ) {
    this.writer = writerOf(join(out, delivery.file), sheet.contract.format, sheet.columns);
    this.keyColumns = sheet.contract.key.map((column) => sheet.columns.indexOf(column));
    this.values = new Array<string>(sheet.columns.length).fill('');
    this.moment = { day: delivery.date, operation: 'add' };
  }

  /** Writes what the block in hand has for this delivery. */
  write(): void {
    const { source } = this.sheet;
    if (this.delivery.day === 0 || this.delivery.mode === 'full') {
      this.moment.operation = 'add';
      for (const record of source.records(this.moment)) this.record(record);
      source.changes();
    } else {
      for (const { record, operation } of source.changes()) {
        this.moment.operation = operation;
        this.record(record);
      }
    }
  }

  private record(record: unknown): void {
    const { sheet, values } = this;
    sheet.fill(record, this.moment, values);
    this.writer.row(values);
    this.rows++;
    if (this.seen !== null) {
      if (this.seen.has(record)) return;
      this.seen.add(record);
    }
    let key = values[this.keyColumns[0]];
    for (let i = 1; i < this.keyColumns.length; i++) key += `|${values[this.keyColumns[i]]}`;
    for (const [role, person] of sheet.source.roles(record)) this.truth.link(sheet.contract.feed, key, role, person);
  }

  close(): void {
    this.writer.close();
  }
}
