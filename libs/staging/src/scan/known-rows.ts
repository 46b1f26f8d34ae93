import { once } from 'node:events';
import type { Database } from '#database';
import { copyIn, copyOut } from '#database';
import { COPY_END, COPY_HEADER, CopyWriter, HashSet, WARNINGS } from '#feeds';
import type { PoolClient } from 'pg';
import type { StagedSql } from '../table/staged-sql.js';

/** Pages of the table whose hashes travel as one value: a message a row would cost more than the row. */
const PAGES = 1024;

/** Connections that read at once: the server makes the values slower than the set takes them in. */
const READERS = 2;

/** The warning bit of a row with a code that nobody mapped. */
const UNMAPPED = 1 << WARNINGS.indexOf('code-unmapped');

/**
 * The hashes of a feed's rows that hold now, one a source record: what a full delivery is measured against. With
 * `unmappedAgain` rows with a code nobody mapped are only there to be missed: they are read again.
 */
export async function loadKnownRows(database: Database, sql: StagedSql, unmappedAgain = false): Promise<HashSet> {
  const { rows } = await database.pool('staging').query('select greatest(reltuples, 0)::int8 as rows from pg_class where oid = $1::regclass', [sql.current]);
  const set = new HashSet(Math.max(1024, Number(rows[0].rows)));
  await Promise.all(Array.from({ length: READERS }, (_, nth) => loadPart(database, sql, set, nth)));
  if (unmappedAgain) await readHashes(database, `select row_hash from ${sql.current} where warn & ${UNMAPPED} <> 0${sql.people ? ' and role = 0' : ''}`, (high, low) => { set.overlook(high, low); });
  return set;
}

/** Loads every READERS-th stretch of pages. */
async function loadPart(database: Database, sql: StagedSql, set: HashSet, nth: number): Promise<void> {
  const stretch = `select string_agg(int8send(row_hash), '') from ${sql.current}
    where ctid >= format('(%s,0)', page)::tid and ctid < format('(%s,0)', page + ${PAGES})::tid${sql.people ? ' and role = 0' : ''}`;
  const pages = `generate_series(${nth * PAGES}, pg_relation_size('${sql.current}') / current_setting('block_size')::int8, ${READERS * PAGES})`;
  await readHashes(database, `select (${stretch}) from ${pages} page`, (high, low) => { set.add(high, low); });
}

/**
 * Rows that hold as they are while another row of the delivery brings other content for their source key. Neither
 * can be told from the rows alone, since those that are known are not looked into.
 * @returns their hashes, `high:low`
 */
export async function findStanding(database: Database, sql: StagedSql, run: number, known: HashSet): Promise<Set<string>> {
  const standing = new Set<string>();
  const [role, ofCurrent] = sql.people ? [' where role = 0', ' and c.role = 0'] : ['', ''];
  const brought = `select source_key from ${sql.fresh(run)}${role} union all select source_key from staging.removal where run = ${run} and row_no is not null`;
  await readHashes(database, `select c.row_hash from (${brought}) b join ${sql.current} c on c.source_key = b.source_key${ofCurrent}`, (high, low) => {
    if (known.marked(high, low)) standing.add(`${high}:${low}`);
  });
  return standing;
}

/** Calls back for each hash a query gives, one a value or many side by side in one. */
async function readHashes(database: Database, query: string, take: (high: number, low: number) => void): Promise<void> {
  await database.transaction('staging', async (client) => {
    const values = new HashesIn(take);
    for await (const chunk of copyOut(client, `copy (${query}) to stdout (format binary)`) as AsyncIterable<Buffer>) values.push(chunk);
  });
}

/** Reads a binary COPY of one column whose values are hashes side by side, however its bytes are cut into chunks. */
class HashesIn {
  private rest: Buffer = Buffer.alloc(0);
  private skip = COPY_HEADER.length;
  /** Bytes of the value in hand that are still to come. */
  private open = 0;

  constructor(private readonly take: (high: number, low: number) => void) {}

  push(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = Math.min(this.skip, bytes.length);
    this.skip -= at;
    for (;;) {
      if (this.open > 0) {
        const end = at + (Math.min(this.open, bytes.length - at) & ~7);
        this.open -= end - at;
        for (; at < end; at += 8) this.take(bytes.readInt32BE(at), bytes.readInt32BE(at + 4));
        if (this.open > 0) break;
      }
      // A tuple: how many columns (-1 ends the data), how long the value (-1: there is none).
      if (bytes.length - at < 6) break;
      this.open = Math.max(0, bytes.readInt32BE(at + 2));
      at += 6;
    }
    this.rest = Buffer.from(bytes.subarray(at));
  }
}

/** Gives the hashes that were never seen to SQL, as the temporary table `unseen`. @returns how many */
export async function copyUnseen(client: PoolClient, known: HashSet): Promise<number> {
  await client.query('create temporary table unseen (row_hash int8) on commit drop');
  const out = new CopyWriter();
  let rows = 0;
  known.unmarked((high, low) => {
    out.ensure(32);
    out.tuple(1);
    out.int8(high, low);
    rows++;
  });
  if (rows === 0) return 0;
  const copy = copyIn(client, 'copy unseen from stdin (format binary)');
  copy.write(COPY_HEADER);
  copy.write(out.buffer.subarray(0, out.length));
  copy.end(COPY_END);
  await once(copy, 'finish');
  await client.query('analyze unseen');
  return rows;
}
