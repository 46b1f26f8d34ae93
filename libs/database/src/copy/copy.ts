import type { Readable, Writable } from 'node:stream';
import type { ClientBase } from 'pg';
import { from, to } from 'pg-copy-streams';

/**
 * The stream that feeds a `COPY … FROM STDIN`; it finishes when the server has taken the last byte,
 * and fails with the server's own error. Destroying it makes the server forget the rows.
 */
export function copyIn(client: ClientBase, sql: string): Writable {
  return client.query(from(sql));
}

/** The bytes of a `COPY … TO STDOUT`, as they come. */
export function copyOut(client: ClientBase, sql: string): Readable {
  return client.query(to(sql));
}
