import { connect, isIP } from 'node:net';
import type { Readable } from 'node:stream';
import type { Connection } from 'mysql2';
import type mysql from 'mysql2';
import { type KnownCodes, tableFault } from './table-faults.js';
import { type ColumnKind, planOf, TABLE_OPTIONS, type TableColumn, type TablePlan } from './table-plan.js';
import { BATCH, type TableSession, TableTransport } from './table-rows.js';
import type { TransportKind } from './transport.js';

const KNOWN: KnownCodes = {
  ER_ACCESS_DENIED_ERROR: 'transport-denied', ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'transport-denied', ER_HOST_NOT_PRIVILEGED: 'transport-denied',
  ER_NOT_SUPPORTED_AUTH_MODE: 'transport-denied', AUTH_SWITCH_PLUGIN_ERROR: 'transport-denied', ER_ACCOUNT_HAS_BEEN_LOCKED: 'transport-denied',
  ER_DBACCESS_DENIED_ERROR: 'transport-source', ER_BAD_DB_ERROR: 'transport-source', ER_NO_SUCH_TABLE: 'transport-source', ER_BAD_FIELD_ERROR: 'transport-source',
  ER_TABLEACCESS_DENIED_ERROR: 'transport-source', ER_COLUMNACCESS_DENIED_ERROR: 'transport-source', ER_VIEW_INVALID: 'transport-source',
  ER_SECURE_TRANSPORT_REQUIRED: 'transport-certificate',
};

const KINDS: Readonly<Record<string, ColumnKind>> = { date: 'date', datetime: 'time', timestamp: 'time', bit: 'bits' };

/** The modes as they were shipped would change how text is quoted and cells are padded; a slow reader is not one that is gone. */
const MANNERS = [
  `set session time_zone = '+08:00', sql_mode = '', net_write_timeout = 3600, lock_wait_timeout = 60`,
  'set session transaction isolation level repeatable read, read only',
];

/** Without a byte for so long while rows are wanted, the server is taken for gone. */
const SILENCE = 11 * 60_000;

/** `mysql`: a table or view of a MySQL or MariaDB database. */
export const mysqlTable: TransportKind = {
  options: TABLE_OPTIONS,
  formats: ['ndjson'],
  tellsColumns: true,
  async open(context) {
    const plan = await planOf(context);
    const { default: driver } = await import('mysql2');
    return new TableTransport(plan, new MysqlSession(plan, driver));
  },
};

class MysqlSession implements TableSession {
  private connection: Connection | null = null;
  private over = false;
  /** Ends what is being waited for: the driver says nothing to it when a connection is cut from this side. */
  private giveUp: (error: Error) => void = () => undefined;

  constructor(private readonly plan: TablePlan, private readonly driver: typeof mysql) {}

  async begin(): Promise<string> {
    const { host, port, database, user, password, tls } = this.plan;
    await this.wait<void>((done) => {
      this.connection = this.driver.createConnection({
        host, port, database, user, password, charset: 'utf8mb4', connectTimeout: 10_000, enableKeepAlive: true, flags: ['-LOCAL_FILES'],
        // For an address the driver would hold the certificate against "localhost": only the socket can say what it was to be.
        ...(tls !== undefined && isIP(host) !== 0 ? { stream: () => Object.assign(connect({ host, port: port ?? 3306, keepAlive: true, noDelay: true }), { _host: host }) } : {}),
        ssl: tls === undefined ? undefined : { ca: tls.ca, rejectUnauthorized: true, verifyIdentity: true },
      });
      // A lost connection is told to it alone, never to a query whose rows are streamed.
      this.connection.on('error', (error) => this.giveUp(error));
      this.connection.connect((error) => done(error));
    });
    for (const statement of MANNERS) await this.ask(statement);
    const [[now]] = await this.ask(`select date_format(now(6), '%Y-%m-%d %H:%i:%s.%f')`);
    await this.ask('start transaction with consistent snapshot, read only');
    return now!;
  }

  async columns(): Promise<TableColumn[]> {
    const { table } = this.plan;
    const found = await this.ask(
      `select column_name, data_type from information_schema.columns
       where table_schema = coalesce(?, database()) and table_name = ?
       order by ordinal_position`,
      [table.length > 1 ? table[0] : null, table[table.length - 1]],
    );
    return found.map(([name, type]) => ({ name: name!, kind: KINDS[type!.toLowerCase()] ?? 'text' }));
  }

  quote(name: string): string {
    return this.driver.escapeId(name, true);
  }

  parameter(_n: number, kind: ColumnKind): string {
    return kind === 'time' || kind === 'date' ? 'cast(? as datetime(6))' : '?';
  }

  /** Bits come as bytes, which no text holds. */
  expression(column: string, kind: ColumnKind): string {
    return kind === 'bits' ? `${this.quote(column)} + 0` : this.quote(column);
  }

  /** The driver stops reading its socket while nobody takes rows: the server waits, nothing gathers here. */
  async* rows(statement: string, parameters: string[]): AsyncGenerator<(string | null)[][], void, void> {
    if (this.connection === null) return;
    const stream: Readable = this.connection.query({ ...AS_TEXT, sql: statement, values: parameters }).stream({ highWaterMark: BATCH });
    this.giveUp = (error) => void stream.destroy(error);
    let batch: (string | null)[][] = [];
    let waits = true;
    const silence = setTimeout(() => {
      if (waits) this.giveUp(Object.assign(new Error('the server is silent'), { code: 'SILENT' }));
    }, SILENCE);
    try {
      for await (const row of stream) {
        batch.push(row as (string | null)[]);
        if (batch.length < BATCH / 5) continue;
        waits = false;
        yield batch;
        waits = true;
        silence.refresh();
        batch = [];
      }
      yield batch;
    } finally {
      clearTimeout(silence);
    }
  }

  fault(error: unknown, connected: boolean) {
    return tableFault(error, this.plan, connected, KNOWN);
  }

  async end(): Promise<void> {
    if (this.over) return;
    this.over = true;
    this.connection?.destroy();
    this.giveUp(Object.assign(new Error('the connection was ended'), { code: 'ENDED' }));
  }

  private ask(sql: string, values: unknown[] = []): Promise<(string | null)[][]> {
    return this.wait((done) => void this.connection!.query({ ...AS_TEXT, sql, values, timeout: SILENCE }, (error, rows) => done(error, rows as unknown as (string | null)[][])));
  }

  private wait<T>(begin: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.giveUp = reject;
      begin((error, value) => (error ? reject(error) : resolve(value as T)));
    });
  }
}

/** Every value as the server writes it: a number or a time must not pass through one of JavaScript's. */
const AS_TEXT = { rowsAsArray: true, typeCast: (field: { string(): string | null }) => field.string() };
