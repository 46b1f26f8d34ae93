import { join } from 'node:path';
import type { Dirt } from '../dirt/dirt.js';
import type { Moment } from '../feed/feed-source.js';
import type { SupplierSheet } from '../feed/supplier-sheet.js';
import type { Person } from '../people/person.js';
import type { PlannedDelivery } from '../plan.js';
import type { Truth } from '../truth/truth.js';
import { type RowWriter, writerOf } from './row-writer.js';

/** What all deliveries of one feed share. */
export interface DeliveredFeed {
  sheet: SupplierSheet;
  /** Null in a clean world. */
  dirt: Dirt | null;
  /** Records of the block in hand whose links the truth has; null where a feed is delivered once. */
  seen: Set<unknown> | null;
}

/** One delivery's file: block after block writes its rows to it, and the truth learns whose they are. */
export class DeliveryFile {
  /** Data rows written so far. */
  rows = 0;
  private open: RowWriter | null = null;
  private readonly keyColumns: number[];
  private readonly values: string[];
  private readonly moment: Moment;

  /** @param piece bytes gathered before they are written */
  constructor(
    private readonly out: string,
    private readonly delivery: PlannedDelivery,
    private readonly feed: DeliveredFeed,
    private readonly truth: Truth,
    private readonly piece: number,
  ) {
    const { contract, columns } = feed.sheet;
    this.keyColumns = contract.key.map((column) => columns.indexOf(column));
    this.values = new Array<string>(columns.length).fill('');
    this.moment = { day: delivery.date, operation: 'add' };
  }

  /** Writes what the block in hand has for this delivery. */
  write(): void {
    const { source } = this.feed.sheet;
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

  /** A supplier with nothing to say delivers nothing: without a row there is no file. */
  close(): void {
    this.open?.close();
  }

  private get writer(): RowWriter {
    const { contract, columns } = this.feed.sheet;
    return (this.open ??= writerOf(join(this.out, this.delivery.file), contract.format, columns, this.piece));
  }

  private record(record: unknown): void {
    const { values } = this;
    const { sheet, dirt } = this.feed;
    sheet.fill(record, this.moment, values);
    const roles = sheet.source.roles(record);
    this.link(record, roles);
    if (dirt !== null) {
      if (sheet.contract.spine && roles[0][1].sharesNumberWith !== null) this.note(this.rows + 1, sheet.contract.roles[0].document ?? '', 'number-shared', '');
      const identity = sheet.source.identity(record);
      const kind = dirt.classOf(identity, roles);
      if (kind >= 0 && this.spoiled(roles, identity, kind)) return;
    }
    this.writer.row(values);
    this.rows++;
  }

  /** @returns whether the row was written, in whatever shape */
  private spoiled(roles: readonly (readonly [string, Person])[], identity: number, kind: number): boolean {
    const { values } = this;
    const clean = [...values];
    const spoiled = this.feed.dirt!.spoil(values, roles, identity, kind);
    if (spoiled === null) return false;
    const { spoiler, planted } = spoiled;
    const { writer } = this;
    if (spoiler.manner === 'duplicate' || spoiler.manner === 'contested') {
      writer.row(clean);
      this.rows++;
      if (spoiler.manner === 'contested') this.note(this.rows, '', spoiler.kind, planted.rule);
    }
    if (spoiler.manner === 'broken') writer.broken(values);
    else writer.row(values);
    this.rows++;
    this.note(this.rows, planted.field, spoiler.kind, planted.rule);
    // Wrong about a person: the registers contradict each other until somebody looks.
    if (planted.rule === 'name-disagrees' || planted.rule === 'identity-conflict' || planted.rule === 'unregistered') {
      const { contract } = this.feed.sheet;
      const role = contract.roles.find((r) => [r.document, r.name, r.sex, r.birthDate].includes(planted.field));
      const person = roles.find(([name]) => name === role?.role)?.[1];
      if (person && this.delivery.day === 0) this.truth.finding(planted.rule, person);
    }
    return true;
  }

  private note(row: number, field: string, kind: string, rule: string): void {
    this.truth.error(this.feed.sheet.contract.feed, this.delivery.file, row, field, kind, rule);
  }

  private link(record: unknown, roles: readonly (readonly [string, Person])[]): void {
    const { seen, sheet } = this.feed;
    if (seen !== null) {
      if (seen.has(record)) return;
      seen.add(record);
    }
    let key = this.values[this.keyColumns[0]];
    for (let i = 1; i < this.keyColumns.length; i++) key += `|${this.values[this.keyColumns[i]]}`;
    for (const [role, person] of roles) this.truth.link(sheet.contract.feed, key, role, person);
  }
}
