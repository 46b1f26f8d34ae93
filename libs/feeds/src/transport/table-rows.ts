import type { HubError } from '#kernel';
import type { FieldContract, FieldType } from '../contract/contract.js';
import { DeliveredRows, type Digits, DIGITS } from './delivered-rows.js';
import { transportFault } from './fault.js';
import { JsonRows, type SourceRow } from './json-rows.js';
import { readingOf, type ColumnKind, type TableColumn, type TablePlan, type TableReading } from './table-plan.js';
import type { Arrival, Cursor, Look, Transport } from './transport.js';

/** Rows asked for at once. */
export const BATCH = 5000;

/** One connection to a supplier's database, all of it inside one snapshot that only reads, its clock set to Beijing time. */
export interface TableSession {
  /** Connects and begins. @returns the database's own time, taken no later than the snapshot: YYYY-MM-DD HH:MM:SS.ffffff */
  begin(): Promise<string>;
  /** Those of the table in its order; none when it is not there or may not be seen. */
  columns(): Promise<TableColumn[]>;
  quote(name: string): string;
  /** The nth parameter, from 1, to be compared with a column of that kind. */
  parameter(n: number, kind: ColumnKind): string;
  /** A column as it is selected. */
  expression(column: string, kind: ColumnKind): string;
  /** Everything a statement gives, each cell as text or null, a batch at a time: the next is read when it is asked for. */
  rows(statement: string, parameters: string[]): AsyncIterable<(string | null)[][]>;
  /** @param connected false while `begin` has not returned */
  fault(error: unknown, connected: boolean): HubError;
  /** Cuts the connection, whatever is under way; never throws. */
  end(): Promise<void>;
}

/** Reads one table as a feed: whole, or what its change stamp says is new. */
export class TableTransport implements Transport {
  constructor(private readonly plan: TablePlan, private readonly session: TableSession) {}

  async* arrivals(cursor: Cursor | null, signal: AbortSignal): AsyncGenerator<Arrival, Look, void> {
    const { session } = this;
    const cut = () => void session.end();
    signal.addEventListener('abort', cut, { once: true });
    try {
      signal.throwIfAborted();
      const now = await this.ask(signal, false, () => session.begin());
      this.plan.passed('begun');
      const reading = readingOf(this.plan, await this.ask(signal, true, () => session.columns()));
      this.plan.passed('columns');
      yield new TableArrival(this.plan, session, { now, reading, cursor });
      return { current: timeOf(now) };
    } finally {
      signal.removeEventListener('abort', cut);
      await session.end();
    }
  }

  close(): Promise<void> {
    return this.session.end();
  }

  private async ask<T>(signal: AbortSignal, connected: boolean, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      signal.throwIfAborted();
      throw this.session.fault(error, connected);
    }
  }
}

interface Snapshot { now: string; reading: TableReading; cursor: Cursor | null }

/** The rows of one snapshot. */
class TableArrival implements Arrival {
  readonly id: string;
  readonly fileName: string;
  readonly asOf: Date;
  /** A full delivery without a row is one that removes everybody: what that means is not for a transport to say. */
  readonly empty?: () => boolean;
  private readonly delivered: DeliveredRows | null;
  private readonly json: JsonRows;
  private readonly read: { field: FieldContract; column: TableColumn }[];

  constructor(private readonly plan: TablePlan, private readonly session: TableSession, private readonly snapshot: Snapshot) {
    const { contract, stamp } = plan;
    const table = plan.table.join('.');
    const at = digitsOf(snapshot.now)!;
    this.delivered = stamp === null ? null : new DeliveredRows(`${plan.host}/${plan.database}/${table}/${stamp}`, plan.overlapSeconds, snapshot.cursor);
    this.json = new JsonRows(contract.fields);
    this.read = snapshot.reading.fields.flatMap(({ field, column }) => (column === null ? [] : [{ field, column }]));
    this.id = `${table}@${snapshot.now.replace(/\D/g, '')}${stamp === null ? '' : `>${this.delivered?.from() ?? ''}`}`;
    this.fileName = `${contract.feed}-${at}.ndjson`;
    this.asOf = timeOf(snapshot.now);
    if (this.delivered !== null) this.empty = () => this.json.rows === 0;
  }

  async* chunks(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    const { session, delivered, json } = this;
    const { statement, parameters } = this.statement();
    const read = this.rowReader();
    const stampOf = this.snapshot.reading.stamp?.kind === 'text' ? textDigits : digitsOf;
    const cut = () => void session.end();
    signal.addEventListener('abort', cut, { once: true });
    let stamped = 0;
    let told = 0;
    try {
      signal.throwIfAborted();
      for await (const rows of session.rows(statement, parameters)) {
        this.plan.passed('page');
        for (const cells of rows) {
          const line = json.line(read(cells));
          if (delivered !== null) {
            const stamp = cells[cells.length - 1];
            const digits = stampOf(stamp);
            if (stamp !== null) told++;
            if (digits !== null) stamped++;
            if (delivered.meet(line, digits)) continue;
          }
          const chunk = json.addLine(line);
          if (chunk !== null) yield chunk;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw session.fault(error, true);
    } finally {
      signal.removeEventListener('abort', cut);
    }
    if (told > 0 && stamped === 0) throw this.stampFault();
    this.plan.passed('read');
    const rest = json.take();
    if (rest.length > 0) yield rest;
  }

  cursor(): Cursor | null {
    return this.delivered?.cursor() ?? null;
  }

  /** Ordered, so that the same table is the same bytes. A first delta takes rows without a stamp too: no later one could find them. */
  private statement(): { statement: string; parameters: string[] } {
    const { plan, session, snapshot: { reading, now }, delivered } = this;
    const columns = this.read.map(({ column: { name, kind } }) => session.expression(name, kind));
    const keys = plan.contract.key.flatMap((key) => this.read.filter(({ field }) => field.column === key).map(({ column }) => session.quote(column.name)));
    const table = plan.table.map((part) => session.quote(part)).join('.');
    if (reading.stamp === null) return { statement: `select ${columns.join(', ')} from ${table} order by ${keys.join(', ')}`, parameters: [] };
    const { name, kind } = reading.stamp;
    const stamp = session.quote(name);
    const from = delivered!.from();
    const range = `${stamp} <= ${session.parameter(1, kind)} ${from === null ? `or ${stamp} is null` : `and ${stamp} >= ${session.parameter(2, kind)}`}`;
    return {
      statement: `select ${[...columns, session.expression(name, kind)].join(', ')} from ${table} where ${range} order by ${[stamp, ...keys].join(', ')}`,
      parameters: [kind === 'text' ? digitsOf(now)! : now, ...(from === null ? [] : [kind === 'text' ? from : spelt(from)])],
    };
  }

  /** Makes of a row's cells what the contract's columns are to hold. */
  private rowReader(): (cells: (string | null)[]) => SourceRow {
    const fields = this.read.map(({ field, column }) => ({ name: field.column, write: writerOf(column.kind, field.type) }));
    return (cells) => {
      const row = Object.create(null) as Record<string, unknown>;
      for (let i = 0; i < fields.length; i++) {
        const cell = cells[i];
        row[fields[i].name] = cell === null ? null : fields[i].write(cell);
      }
      return row;
    };
  }

  private stampFault(): HubError {
    const table = this.plan.table.join('.');
    return transportFault('transport-source', `表 ${table} 的变更时间列 ${this.plan.stamp} 不是时间类型，也不是 YYYYMMDDHHMMSS 文本。`,
      `The change stamp ${this.plan.stamp} of the table ${table} is neither a time nor text YYYYMMDDHHMMSS.`, { table, stamp: this.plan.stamp });
  }
}

/** What databases write of dates and times; whatever else a cell holds stands as it is, for the row reader to judge. */
const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)*)?)?$/;

function writerOf(kind: ColumnKind, type: FieldType): (cell: string) => unknown {
  if (kind === 'flag') return (cell) => cell === 't' || cell === 'true';
  const timed = kind === 'date' || kind === 'time' || kind === 'time-zoned';
  const length = type === 'stamp' ? 14 : type === 'date' ? 8 : type === 'month' ? 6 : 0;
  return timed && length > 0 ? (cell) => digitsOf(cell)?.slice(0, length) ?? cell : (cell) => cell;
}

/** Other spellings of a time in text do not sort with this one. */
function textDigits(cell: string | null): Digits | null {
  return cell !== null && DIGITS.test(cell) ? cell : null;
}

function digitsOf(cell: string | null): Digits | null {
  const parts = cell === null ? null : WRITTEN.exec(cell);
  if (parts === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = parts;
  return year + month + day + hour + minute + second;
}

function spelt(digits: Digits): string {
  return digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3 $4:$5:$6');
}

/** @param written in Beijing time */
function timeOf(written: string): Date {
  return new Date(`${written.slice(0, 23).replace(' ', 'T')}+08:00`);
}
