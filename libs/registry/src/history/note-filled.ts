import { once } from 'node:events';
import { copyIn, identifier } from '#database';
import { COPY_END, COPY_HEADER } from '#feeds';
import type { Facet } from '#reconcile';
import type { ClientBase, QueryConfig } from 'pg';

/** Persons of a chunk of changes. */
const CHUNK = 512;
/** Blocks of the facet's table that are read at a time: what a worker holds in memory follows from it. */
const BLOCKS = 4096;
const UUID_OID = 2950;
const KEY = 16;
/** One element of an array of uuids in binary: length, the key. */
const ELEMENT = 4 + KEY;

/**
 * Notes that a first delivery brought a facet to everybody in its table who has it from this run, in chunks in the
 * order of the rows. The keys pass through the worker in one piece: grouping millions of rows takes the store longer.
 * @returns how many chunks
 */
export async function noteFilled(client: ClientBase, facet: Facet, run: number, lastChunk: number): Promise<number> {
  const table = `registry.${identifier(facet.table)}`;
  const { rows: [size] } = await client.query<{ blocks: number }>(
    `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as blocks`, [table]);
  let chunks = 0;
  for (let block = 0; block < size!.blocks; block += BLOCKS) {
    const { rows: [all] } = await client.query<{ keys: Buffer | null }>({
      text: `select string_agg(uuid_send(person), '') as keys from ${table} where ctid >= '(${block},0)' and ctid < '(${block + BLOCKS},0)' and source_run = ${run}`,
      binary: true,
    } as QueryConfig);
    const keys = all!.keys;
    if (keys === null) continue;
    const copy = copyIn(client, 'copy registry.change (run, chunk, op, facet, persons) from stdin (format binary)');
    copy.write(COPY_HEADER);
    for (let from = 0; from < keys.length; from += CHUNK * KEY) {
      copy.write(chunkOf(run, lastChunk + ++chunks, facet.name, keys.subarray(from, from + CHUNK * KEY)));
    }
    copy.end(COPY_END);
    await once(copy, 'finish');
  }
  return chunks;
}

/** A row of registry.change in COPY BINARY: run, chunk, "char", text, uuid[]. */
function chunkOf(run: number, chunk: number, facet: string, keys: Buffer): Buffer {
  const count = keys.length / KEY;
  const name = Buffer.from(facet);
  const row = Buffer.allocUnsafe(2 + 8 + 8 + 5 + 4 + name.length + 4 + 20 + count * ELEMENT);
  let at = row.writeInt16BE(5, 0);
  for (const value of [run, chunk]) at = row.writeInt32BE(value, row.writeInt32BE(4, at));
  at = row.writeUInt8(73, row.writeInt32BE(1, at));
  at = row.writeInt32BE(name.length, at);
  at += name.copy(row, at);
  at = row.writeInt32BE(20 + count * ELEMENT, at);
  // One dimension, no nulls, of uuid, so many, from 1.
  for (const value of [1, 0, UUID_OID, count, 1]) at = row.writeInt32BE(value, at);
  for (let from = 0; from < keys.length;) {
    row[at++] = 0; row[at++] = 0; row[at++] = 0; row[at++] = KEY;
    for (const end = from + KEY; from < end; from++) row[at++] = keys[from];
  }
  return row;
}
