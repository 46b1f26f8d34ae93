import type { Client } from 'pg';
import { createPostgresBackend, runMigrations, setDefaultBackendFactory } from 'bullmq';

const SCHEMA = 'bullmq';

/**
 * BullMQ's own tables, for a hub without Redis: made by the owner, since making them takes rights over the whole
 * database, and worked with by the runs' login. `client` is a session of the owner, in no transaction.
 */
export async function prepareQueues(client: Client): Promise<void> {
  await runMigrations(client as never, SCHEMA);
  await client.query(`
    grant select, insert, update, delete, truncate on all tables in schema ${SCHEMA} to hushu_runs;
    grant usage, select, update on all sequences in schema ${SCHEMA} to hushu_runs;
    grant execute on all functions in schema ${SCHEMA} to hushu_runs`);
}

/** The connection of queues that run on PostgreSQL; from here on every queue of the process does. */
export function postgresBell(url: string): { connectionString: string; schema: string; migrate: false } {
  setDefaultBackendFactory(createPostgresBackend as never);
  return { connectionString: url, schema: SCHEMA, migrate: false };
}
