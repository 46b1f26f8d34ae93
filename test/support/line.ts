import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { feedRelation, readContracts, stagedColumnOf, stagedColumns, type FeedContract } from '#feeds';
import { foldName } from '#kernel';
import { applyReconcile, linkRun, reconcileTables } from '#reconcile';
import { applyRegistry, registryTables } from '#registry';
import type { StepCount } from '#runs';
import { applyStaged, clearRun, runTable, stagingTables, type StagedRun } from '#staging';
import pg from 'pg';
import { testDatabase, type TestDatabase } from './database.js';

const ROOT = join(import.meta.dirname, '../..');

/** A source record: its key and its cells by the supplier's columns; documents stay as they are written here. */
export interface SourceRecord { key: string; [column: string]: string | null }

/**
 * The line behind staging on a real store: rows are put where the scanner would have put them, then linked and
 * applied by the libraries themselves, run by run.
 */
export class LineBench {
  private runs = 0;

  private constructor(readonly store: TestDatabase, readonly admin: pg.Client, readonly contracts: FeedContract[]) {}

  /** With the contracts of a config folder of the project: the district's own, or the fiction's (`test`). */
  static async open(folder = 'config', feeds?: string[]): Promise<LineBench> {
    const { contracts, faults } = await readContracts(join(ROOT, folder));
    if (faults.length > 0) throw new Error(JSON.stringify(faults[0]));
    return LineBench.with(contracts.filter(({ feed }) => feeds === undefined || feeds.includes(feed)));
  }

  static async with(contracts: FeedContract[]): Promise<LineBench> {
    const store = await testDatabase([...stagingTables(contracts), ...reconcileTables(contracts), ...registryTables(contracts)]);
    const admin = new pg.Client({ connectionString: store.url, types: { getTypeParser: () => (value: string) => value } as never });
    await admin.connect();
    // The published views belong to a reader whom policies bind; the bench sees all of them.
    const facets = new Set(contracts.flatMap(({ supplies }) => supplies.map(({ facet }) => facet)));
    await admin.query(`select set_config('hushu.facets', $1, false), set_config('hushu.divisions', '*', false)`, [[...facets].join(',')]);
    return new LineBench(store, admin, contracts);
  }

  contract(feed: string): FeedContract {
    return this.contracts.find((one) => one.feed === feed)!;
  }

  /** Delivers everything a supplier has: what is not among the records is gone. */
  async full(feed: string, day: string, records: SourceRecord[]): Promise<StepCount[]> {
    return this.deliver(feed, day, records, 'all');
  }

  /** Delivers what changed; `gone` are keys. */
  async delta(feed: string, day: string, records: SourceRecord[], gone: string[] = []): Promise<StepCount[]> {
    return this.deliver(feed, day, records, gone);
  }

  private async deliver(feed: string, day: string, records: SourceRecord[], gone: string[] | 'all'): Promise<StepCount[]> {
    const contract = this.contract(feed);
    const relation = feedRelation(feed);
    const run = ++this.runs;
    const first = (await this.rows(`select from staging.${relation}_row limit 1`)).length === 0;
    await this.admin.query(
      `insert into runs.run (id, feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, state, first)
       overriding system value values ($1, $2, 'x', 'x', 0, '', '', 'delta', $3, $4, 'linked', $5)`,
      [run, feed, `${day}T00:00:00+08:00`, knownAt(run), first]);
    await this.admin.query('select staging.open_run_table($1, $2)', [relation, run]);
    for (const [at, record] of records.entries()) {
      for (const row of stagedRows(contract, record, run, at + 1, day)) await this.insert(runTable(feed, run), row);
    }
    const staged: StagedRun = {
      run, feed, contract, first, table: runTable(feed, run), asOf: new Date(`${day}T00:00:00+08:00`), knownAt: new Date(knownAt(run)),
    };
    if (!first) await this.fillChange(contract, run, gone);
    return this.apply(staged);
  }

  async apply(staged: StagedRun): Promise<StepCount[]> {
    const { database } = this.store;
    const steps = [...await linkRun(database, staged, this.contracts, { signal: new AbortController().signal, fence: async () => undefined })];
    await database.transaction('apply', async (client) => {
      await client.query('set local role hushu_staging');
      await applyStaged(client, staged);
      await client.query('set local role hushu_reconcile');
      const reconciled = await applyReconcile(client, staged, this.contracts);
      await client.query('set local role hushu_registry');
      steps.push(...reconciled.steps, ...await applyRegistry(client, staged, this.contracts, reconciled.all));
    });
    await database.transaction('staging', (client) => clearRun(client, staged.feed, staged.run));
    await this.admin.query(`update runs.run set state = 'published', ended_at = accepted_at where id = $1`, [staged.run]);
    return steps;
  }

  private async fillChange(contract: FeedContract, run: number, gone: string[] | 'all'): Promise<void> {
    const relation = feedRelation(contract.feed);
    const content = stagedColumns(contract).map(({ name }) => name).filter((name) => !['source_key', 'role', 'row_no', 'row_hash', 'run', 'stamp'].includes(name));
    const people = contract.roles.length > 0;
    const pick = (alias: string): string => `select source_key, ${people ? 'role, subject_key' : '0::int2 as role, null::uuid as subject_key'}, row(${content.join(', ')}) as content from ${alias}`;
    const removed = gone === 'all' ? 'true' : `source_key = any ('{${gone.map((key) => sourceKey(contract.feed, key)).join(',')}}')`;
    await this.admin.query(`
      insert into staging.change
      select ${run}, (case when c.source_key is null then 'I' when f.source_key is null then 'D' else 'U' end)::"char",
             coalesce(f.source_key, c.source_key), coalesce(f.role, c.role), c.subject_key, f.subject_key
      from (${pick(runTable(contract.feed, run))}) f
      full join (${pick(`staging.${relation}_row`)} where source_key in (select source_key from ${runTable(contract.feed, run)}) or ${removed}) c
        on c.source_key = f.source_key and c.role = f.role
      where f.source_key is null or c.source_key is null or f.content is distinct from c.content`);
  }

  private async insert(table: string, row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row);
    await this.admin.query(`insert into ${table} (${names.map((name) => `"${name}"`).join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})`, Object.values(row));
  }

  async rows<T extends Record<string, string | null>>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.admin.query(sql, values)).rows as T[];
  }

  /** What the reader sees of one person's facet, as of now or at (validAt, knownAt). */
  async facet(facet: string, person: string, at?: { valid: string; known?: string }): Promise<Record<string, string | null>[]> {
    const relation = at ? `${facet}_history` : facet;
    const when = at ? ` and known_from <= $2 and $2 < retracted_at and valid_from <= $3 and ($2 < known_to or $3 < valid_to)` : '';
    return this.rows(`select * from registry.${relation} where person = $1${when}`, at ? [person, at.known ?? '9999-01-01', at.valid] : [person]);
  }

  async close(): Promise<void> {
    await this.admin.end();
    await this.store.drop();
  }
}

/** Runs are accepted an hour apart. */
export function knownAt(run: number): string {
  return new Date(Date.UTC(2025, 11, 1, run)).toISOString();
}

/** The token a number would have. */
export function token(document: string): string {
  return uuid(`document ${document}`);
}

export function sourceKey(feed: string, key: string): string {
  return uuid(`source ${feed} ${key}`);
}

function uuid(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A record's staged rows, one a role it speaks of. */
function stagedRows(contract: FeedContract, record: SourceRecord, run: number, rowNo: number, day: string): Record<string, unknown>[] {
  const source = sourceKey(contract.feed, record.key);
  const cell = (column: string | undefined): string | null => (column === undefined ? null : record[column] ?? null);
  const stamp = contract.stamp === undefined ? null : cell(contract.stamp) ?? `${day} 00:00:00`;
  const ledger = { source_key: source, row_no: rowNo, row_hash: rowNo, warn: 0, run, stamp };
  const names = new Set(stagedColumns(contract).map(({ name }) => name));
  if (contract.roles.length === 0) {
    const row: Record<string, unknown> = { ...ledger };
    for (const field of contract.fields) {
      const column = names.has(`${field.as}_value`) ? `${field.as}_value` : field.as;
      if (names.has(column) && column !== 'stamp' && field.column in record) row[column] = valueOf(field.type, record[field.column]!);
      if (field.type === 'address') row.address_key = addressKey(cell(field.column));
    }
    return [row];
  }
  const rows: Record<string, unknown>[] = [];
  contract.roles.forEach((role, index) => {
    const document = cell(role.document), name = cell(role.name);
    if (document === null && name === null) return;
    const fold = name === null ? null : foldName(name);
    const row: Record<string, unknown> = {
      ...ledger, role: index,
      subject_key: document === null ? uuid(`row ${contract.feed} ${record.key} ${index}`) : token(document),
      document_kind: document === null ? null : '111',
      name, name_fold: fold === name ? null : fold, former_name: cell(role.formerName), sex: role.sexIs ?? cell(role.sex), birth_date: cell(role.birthDate),
      address: cell(role.address), address_key: addressKey(cell(role.address)), address_code: cell(role.addressCode), division: cell(role.division),
    };
    for (const field of contract.fields) {
      const column = stagedColumnOf(contract, role, field.column);
      if (column === null || column in row || !(field.column in record)) continue;
      row[column] = valueOf(field.type, record[field.column]!);
    }
    rows.push(row);
  });
  return rows;
}

function valueOf(type: string, value: string | null): unknown {
  return type === 'document' && value !== null ? token(value) : value;
}

function addressKey(address: string | null): string | null {
  return address === null ? null : BigInt.asIntN(64, BigInt(`0x${createHash('sha256').update(address).digest('hex').slice(0, 16)}`)).toString();
}
