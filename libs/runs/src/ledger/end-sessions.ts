import type { Database, Role } from '#database';

/** The logins under which a worker works on a run. */
const LOGINS: Role[] = ['runs', 'staging', 'reconcile', 'apply'];
/** Milliseconds to wait for a session to go. */
const PATIENCE = 1000;

/**
 * Ends the sessions of a worker whose lease ran out: frozen in the middle of a transaction it would hold its locks
 * for as long as it is frozen; killed in the middle of a long statement, for as long as that goes on. Each login ends
 * its own, so no right is needed. The store rolls back what was not committed.
 */
export async function endSessionsOf(database: Database, worker: string): Promise<void> {
  await Promise.all(LOGINS.map((role) => database.pool(role).query(
    `select pg_terminate_backend(pid, $2) from pg_stat_activity
     where datname = current_database() and usename = current_user and application_name = $1`, [`${worker}:${role}`, PATIENCE])));
}
