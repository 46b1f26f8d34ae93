import { systemClock } from '#kernel';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readSources } from '../contract/read-contract.js';
import { amend, type Amendment } from '../contract/amendment.js';
import type { FeedContract, FieldType } from '../contract/contract.js';
import { NdjsonFormat } from '../format/ndjson.js';
import { readAll, sourceOf } from '../format/reading.fixture.js';
import { transportOf } from './transports.js';
import type { Arrival, Cursor, Look, SourceColumns, Transport } from './transport.js';

/** A supplier's database that the tests own: what is theirs to write, and how the hub gets in. */
export interface SupplierDatabase {
  kind: 'postgres' | 'mysql';
  /** Lines of `transport:` beside kind and table. */
  options: Readonly<Record<string, string | number>>;
  password: string;
  run(statement: string, values?: unknown[]): Promise<void>;
  /** A second connection that has begun a transaction. */
  begin(): Promise<{ run(statement: string): Promise<void>; commit(): Promise<void> }>;
  /** Another schema of the same server, from which the hub's login may read. */
  schema: string;
  /** Shows this certificate to who comes by that port. */
  show(certificate: { key: string; cert: string }): Promise<{ port: number; stop(): Promise<void> }>;
  /** The server goes, and does not come back. */
  kill?(): Promise<void>;
  /** The hub's login may read this table no more. */
  withoutRights(table: string): Promise<void>;
  /** A row each second, with a note of so many characters. */
  fill(table: string, rows: number, note: number): Promise<void>;
  quote(name: string): string;
}

export const FIELDS = `
  编号: { as: no, title: Number, type: text, max: 40, required: true }
  姓名: { as: name, title: Name, type: name }
  出生日期: { as: born, title: Born, type: date }
  缴费月份: { as: paid, title: Month, type: month }
  金额: { as: amount, title: Amount, type: decimal }
  备注: { as: note, title: Note, type: text, max: 500 }
  更新时间: { as: changed_at, title: Changed, type: stamp }
  操作: { as: operation, title: Operation, type: text, required: true }`;
export const COLUMNS = ['编号', '姓名', '出生日期', '缴费月份', '金额', '备注', '更新时间', '操作'];

export function contractOn(database: SupplierDatabase, table: string, more: { mode?: 'full' | 'delta'; options?: Record<string, unknown> } = {}): FeedContract {
  const mode = more.mode ?? 'delta';
  const options = Object.entries({ ...database.options, table, credential: 'front', ...more.options }).filter(([, value]) => value !== undefined);
  const yaml = `
feed: parcel
title: { zh: 包裹, en: Parcels }
supplier: { id: fiction-post, zh: 虚构邮局, en: Fiction Post }
origin: local
coverage: partial
transport: { kind: ${database.kind}, ${options.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')} }
format: { kind: ndjson }
mode: ${mode}
asOf: { fileName: '(\\d{14})' }
schedule: { every: day }
freshness: { overdueAfterDays: 3 }
limits: { shrink: 5%, rejects: 10% }
key: [编号]
${mode === 'delta' ? 'stamp: 更新时间\noperation: { field: 操作, add: 增, change: 改, remove: 删 }' : ''}
fields:${FIELDS}
roles:
  receiver: { title: { zh: 收件人, en: Receiver }, name: 姓名, birthDate: 出生日期 }
facts: [{ kind: presence, role: receiver }]
supplies: [{ facet: parcel, role: receiver, precedence: 1, attributes: { note: 备注 } }]
`;
  const { contract, faults, file } = readSources('/config/feeds/parcel', new Map([['feed.yaml', yaml]]), new Map());
  const all = [...(file?.faults ?? []), ...faults];
  if (contract === null || all.length > 0) throw new Error(JSON.stringify(all));
  return contract;
}

export interface Fetched { arrival: Arrival; text: string; rows: string[][]; cursor: Cursor | null; empty: boolean; look: Look }

/** The same contract with what people settled on top of it. */
export function amended(contract: FeedContract, ...amendments: Amendment[]): FeedContract {
  return amend(contract, new Map(), amendments).contract;
}

export function openOn(database: SupplierDatabase, contract: FeedContract, password = database.password, columns?: (seen: SourceColumns) => void): Promise<Transport> {
  return transportOf(contract).open({ contract, options: contract.transport, clock: systemClock, credential: async () => password, ...(columns && { columns }) });
}

/** The columns a look at the table tells of, each as name → the contract's, with the types it can never be of among those asked for. */
export async function columnsOf(database: SupplierDatabase, contract: FeedContract, ...types: FieldType[]): Promise<string[]> {
  let told: string[] = [];
  const transport = await openOn(database, contract, undefined, ({ found }) => {
    told = found.map(({ name, column, fits }) => [`${name}${column === name ? '' : ` → ${column ?? '?'}`}`, ...types.filter((type) => !fits(type))].join(' not '));
  });
  await transport.arrivals(null, new AbortController().signal).next().catch(() => undefined).finally(() => transport.close());
  return told;
}

/** One fetch as the hub does it, its one arrival read to the end and read back by the feed's format. */
export async function fetchFrom(database: SupplierDatabase, contract: FeedContract, cursor: Cursor | null = null, password?: string): Promise<Fetched> {
  const transport = await openOn(database, contract, password);
  const { signal } = new AbortController();
  try {
    const arrivals = transport.arrivals(cursor === null ? null : JSON.parse(JSON.stringify(cursor)) as Cursor, signal);
    const { value: arrival } = await arrivals.next() as { value: Arrival };
    const chunks: Buffer[] = [];
    for await (const chunk of arrival.chunks(signal)) chunks.push(Buffer.from(chunk));
    const { value: look } = await arrivals.next() as { value: Look };
    const bytes = Buffer.concat(chunks);
    // A file without a row is refused when it is read; here it is looked at.
    const { rows } = bytes.length === 0 ? { rows: [] } : await readAll(new NdjsonFormat(contract.format, COLUMNS), sourceOf(bytes));
    return { arrival, text: bytes.toString(), rows, cursor: arrival.cursor(), empty: arrival.empty?.() ?? false, look };
  } finally {
    await transport.close();
  }
}

/** The rule and details a fetch fails with. */
export async function faultOf(fetch: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await fetch.then(() => undefined, (reason: unknown) => reason) as { details?: Record<string, unknown>; zh?: string } | undefined;
  if (error?.details === undefined) throw error ?? new Error('nothing went wrong');
  return error.details;
}

/** Bytes the process holds that are not rubbish. */
export function held(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
