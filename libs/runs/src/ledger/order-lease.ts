import type { Database } from '#database';
import { LEASE } from './ledger.js';

/** What people order and a worker carries out: tables of the ledger that are leased alike. */
type Orders = 'redrive' | 'replay';

/** @returns false when the order came to an end or was given to another */
export async function renewOrder(database: Database, orders: Orders, id: number, token: string): Promise<boolean> {
  const { rowCount } = await database.pool('runs').query(
    `update runs.${orders} set lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0) where id = $1 and token = $2 and state = 'running' and lease_by is not null`,
    [id, token, LEASE.milliseconds]);
  return rowCount === 1;
}

/** Gives a lease back without an outcome. */
export async function releaseOrder(database: Database, orders: Orders, id: number, token: string): Promise<void> {
  await database.pool('runs').query(`update runs.${orders} set lease_by = null, lease_until = null where id = $1 and token = $2`, [id, token]);
}

/** Orders that wait for a worker. */
export async function dueOrders(database: Database, orders: Orders): Promise<number[]> {
  const { rows } = await database.pool('runs').query<{ id: number }>(
    `select id from runs.${orders} where state in ('waiting', 'running') and (lease_until is null or lease_until < clock_timestamp()) order by id limit 50`);
  return rows.map(({ id }) => id);
}
