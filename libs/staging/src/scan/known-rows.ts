import { once } from 'node:events';
import type { Database } from '#database';
import { copyIn, copyOut } from '#database';
import { COPY_END, COPY_HEADER, CopyWriter, HashSet } from '#feeds';
import type { PoolClient } from 'pg';
import type { StagedSql } from '../table/staged-sql.js';

/** The hashes of a feed's rows that hold now, one a source record: what a full delivery is measured against. */
export async function loadKnownRows(database: Database, sql: StagedSql): Promise<HashSet> {
  const client = await database.pool('staging').connect();
  try {
    const { rows } = await client.query('select greatest(reltuples, 0)::int8 as rows from pg_class where oid = $1::regclass', [sql.current]);
    const set = new HashSet(Math.max(1024, Number(rows[0].rows)));
    const out = copyOut(client, `copy (select row_hash from ${sql.current}${sql.people ? ' where role = 0' : ''}) to stdout (format binary)`);
    // A header of 19 bytes, then 14 bytes a row: column count, length, the hash.
    let skip = COPY_HEADER.length;
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of out as AsyncIterable<Buffer>) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (skip > 0) {
        if (bytes.length < skip) {
          rest = bytes;
          continue;
        }
        bytes = bytes.subarray(skip);
        skip = 0;
      }
      let at = 0;
      for (; at + 14 <= bytes.length; at += 14) set.add(bytes.readInt32BE(at + 6), bytes.readInt32BE(at + 10));
      rest = Buffer.from(bytes.subarray(at));
    }
    return set;
  } finally {
    client.release();
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
