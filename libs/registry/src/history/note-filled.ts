import { once } from 'node:events';
import { copyIn, copyOut, identifier } from '#database';
import { COPY_END, COPY_HEADER } from '#feeds';
import type { Facet } from '#reconcile';
import type { ClientBase } from 'pg';

/** Persons of a chunk of changes. */
const CHUNK = 512;
/** Blocks of the facet's table that are read at a time: what a worker holds in memory follows from it. */
const BLOCKS = 4096;
const UUID_OID = 2950;
/** One tuple of COPY BINARY with one uuid: column count, length, the key. */
const TUPLE = 22;
/** One element of an array of uuids in binary: length, the key. */
const ELEMENT = 20;

/**
 * Notes that a first delivery brought a facet to everybody in its table who has it from this run, in chunks in the
 * order of the rows. The keys pass through the worker: grouping millions of rows takes the store longer than filling them.
 * @returns how many chunks
 */
export async function noteFilled(client: ClientBase, facet: Facet, run: number, lastChunk: number): Promise<number> {
  const table = `registry.${identifier(facet.table)}`;
  const { rows: [size] } = await client.query<{ blocks: number }>(
    `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as blocks`, [table]);
  let chunks = 0;
  for (let block = 0; block < size!.blocks; block += BLOCKS) {
    const persons = await personsOf(client, `copy (
      select person from ${table} where ctid >= '(${block},0)' and ctid < '(${block + BLOCKS},0)' and source_run = ${run}
    ) to stdout (format binary)`);
    if (persons.length === 0) continue;
    const copy = copyIn(client, 'copy registry.change (run, chunk, op, facet, persons) from stdin (format binary)');
    copy.write(COPY_HEADER);
    for (let from = 0; from < persons.length; from += CHUNK) {
      copy.write(chunkOf(run, lastChunk + ++chunks, facet.name, persons.subarray(from, from + CHUNK)));
    }
    copy.end(COPY_END);
    await once(copy, 'finish');
  }
  return chunks;
}

/** The keys as COPY gives them. */
async function personsOf(client: ClientBase, sql: string): Promise<Keys> {
  const parts: Buffer[] = [];
  for await (const part of copyOut(client, sql) as AsyncIterable<Buffer>) parts.push(part);
  const bytes = Buffer.concat(parts);
  return new Keys(bytes, COPY_HEADER.length, Math.floor((bytes.length - COPY_HEADER.length) / TUPLE));
}

/** Uuids in the tuples of a COPY. */
class Keys {
  constructor(private readonly tuples: Buffer, private readonly start: number, readonly length: number) {}

  subarray(from: number, to: number): Keys {
    return new Keys(this.tuples, this.start + from * TUPLE, Math.min(to, this.length) - from);
  }

  /** Writes them as the elements of an array: length and key are what a tuple has behind its column count. */
  write(to: Buffer, at: number): void {
    const { tuples } = this;
    for (let n = 0, from = this.start + 2; n < this.length; n++, from += 2) {
      for (const end = from + ELEMENT; from < end; from++) to[at++] = tuples[from];
    }
  }
}

/** A row of registry.change in COPY BINARY: run, chunk, "char", text, uuid[]. */
function chunkOf(run: number, chunk: number, facet: string, persons: Keys): Buffer {
  const name = Buffer.from(facet);
  const elements = persons.length * ELEMENT;
  const row = Buffer.allocUnsafe(2 + 8 + 8 + 5 + 4 + name.length + 4 + 20 + elements);
  let at = row.writeInt16BE(5, 0);
  for (const value of [run, chunk]) at = row.writeInt32BE(value, row.writeInt32BE(4, at));
  at = row.writeUInt8(73, row.writeInt32BE(1, at));
  at = row.writeInt32BE(name.length, at);
  at += name.copy(row, at);
  at = row.writeInt32BE(20 + elements, at);
  // One dimension, no nulls, of uuid, so many, from 1.
  for (const value of [1, 0, UUID_OID, persons.length, 1]) at = row.writeInt32BE(value, at);
  persons.write(row, at);
  return row;
}
