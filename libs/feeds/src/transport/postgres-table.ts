import { setTimeout } from 'node:timers/promises';
import type { Client } from 'pg';
import { type KnownCodes, tableFault } from './table-faults.js';
import { type ColumnKind, planOf, TABLE_OPTIONS, type TableColumn, type TablePlan } from './table-plan.js';
import { BATCH, type TableSession, TableTransport } from './table-rows.js';
import type { TransportKind } from './transport.js';

const KNOWN: KnownCodes = {
  '28P01': 'transport-denied', '28000': 'transport-denied',
  '3D000': 'transport-source', '3F000': 'transport-source', '42P01': 'transport-source', '42703': 'transport-source', '42501': 'transport-source',
};

const KINDS: Readonly<Record<string, ColumnKind>> = { date: 'date', timestamp: 'time', timestamptz: 'time-zoned', bool: 'flag' };
const CASTS: Partial<Record<ColumnKind, string>> = { date: '::timestamp', time: '::timestamp', 'time-zoned': '::timestamptz' };

/** For this transaction alone: a pooler between may hand the connection to somebody else afterwards. */
const MANNERS = `
  set local timezone = 'Asia/Shanghai'; set local datestyle = 'ISO, YMD'; set local bytea_output = 'hex';
  set local statement_timeout = '10min'; set local lock_timeout = '1min'; set local idle_in_transaction_session_timeout = '1h';
  set local cursor_tuple_fraction = 1`;

/** `postgres`: a table or view of a PostgreSQL database (and those that speak as it does). */
export const postgresTable: TransportKind = {
  options: TABLE_OPTIONS,
  formats: ['ndjson'],
  tellsColumns: true,
  async open(context) {
    const plan = await planOf(context);
    const { default: pg } = await import('pg');
    return new TableTransport(plan, new PostgresSession(plan, new pg.Client({
      host: plan.host, port: plan.port, database: plan.database, user: plan.user, password: plan.password,
      ssl: plan.tls === undefined ? false : { ca: plan.tls.ca, rejectUnauthorized: true },
      application_name: 'hushu', connectionTimeoutMillis: 10_000, query_timeout: 11 * 60_000, keepAlive: true,
      // Every value as the server writes it: a number or a time must not pass through one of JavaScript's.
      types: { getTypeParser: () => String },
    })));
  },
};

class PostgresSession implements TableSession {
  private ended: Promise<void> | null = null;

  constructor(private readonly plan: TablePlan, private readonly client: Client) {
    // A connection that goes while nothing is asked is told of by the next question.
    client.on('error', () => undefined);
  }

  async begin(): Promise<string> {
    await this.client.connect();
    await this.client.query('begin isolation level repeatable read read only');
    await this.client.query(MANNERS);
    const { rows } = await this.client.query<{ now: string }>(`select to_char(now(), 'YYYY-MM-DD HH24:MI:SS.US') as now`);
    return rows[0].now;
  }

  async columns(): Promise<TableColumn[]> {
    const { rows } = await this.client.query<{ name: string; type: string }>(
      `select a.attname as name, coalesce(b.typname, t.typname) as type
       from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = nullif(t.typbasetype, 0)
       where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped and has_column_privilege(a.attrelid, a.attnum, 'select')
       order by a.attnum`,
      [this.plan.table.map((part) => this.quote(part)).join('.')],
    );
    return rows.map(({ name, type }) => ({ name, kind: KINDS[type] ?? 'text' }));
  }

  quote(name: string): string {
    return this.client.escapeIdentifier(name);
  }

  parameter(n: number, kind: ColumnKind): string {
    return `$${n}${CASTS[kind] ?? ''}`;
  }

  expression(column: string): string {
    return this.quote(column);
  }

  /** A cursor of the server's own: a portal kept open between messages would count our time as the statement's. */
  async* rows(statement: string, parameters: string[]): AsyncGenerator<(string | null)[][], void, void> {
    await this.client.query(`declare delivery no scroll cursor without hold for ${statement}`, parameters);
    for (;;) {
      const { rows } = await this.client.query<(string | null)[]>({ text: `fetch forward ${BATCH} from delivery`, rowMode: 'array' });
      if (rows.length > 0) yield rows;
      if (rows.length < BATCH) return;
    }
  }

  fault(error: unknown, connected: boolean) {
    return tableFault(error, this.plan, connected, KNOWN);
  }

  end(): Promise<void> {
    // A peer that is gone without a word never answers a farewell.
    this.ended ??= Promise.race([this.client.end().catch(() => undefined), setTimeout(5000, undefined, { ref: false })]);
    return this.ended;
  }
}
