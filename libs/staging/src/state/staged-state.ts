import { createHash } from 'node:crypto';
import type { StagedState } from '#runs';
import type { ClientBase } from 'pg';
import type { StagedSql } from '../table/staged-sql.js';

/**
 * The state of a feed as a hash of the multiset of its rows (Clarke and others, Incremental Multiset Hash Functions,
 * 2003: the sum of the rows' hashes, here two of 64 bits with different seeds): whatever the order, and turned by
 * what is added and taken away alone. It tells states apart that came about by faults, not by somebody who looks for a
 * collision: who can write the rows can write the hash.
 */
interface Sums { now_one: string; now_two: string; past_one: string; past_two: string }

type Querying = Pick<ClientBase, 'query'>;

/** Which columns a state is told by, and how: 16 hex digits. */
export function shapeOf(sql: StagedSql): string {
  const said = sql.stateColumns.map(({ name, type }) => `${name} ${type}`).join('\n');
  return createHash('sm3').update(`hash_record_extended 1 2\n${said}`).digest('hex').slice(0, 16);
}

/** All that the relations of `sql` hold, counted. */
export async function stateWhole(client: Querying, sql: StagedSql): Promise<StagedState> {
  return stated(sql, await sums(client, sql, 'whole', 0));
}

/** What a feed holds with its first delivery, from the run's table. */
export async function stateOfFirst(client: Querying, sql: StagedSql, run: number): Promise<StagedState> {
  return stated(sql, await sums(client, sql, 'first', run));
}

/** What a feed will hold once a run's changes are in place, from what it held before; null where that is not known in this shape. */
export async function stateTurned(client: Querying, sql: StagedSql, run: { run: number; asOf: Date; first: boolean; replayed?: boolean }, before: StagedState | null): Promise<StagedState | null> {
  if (before === null || before.shape !== shapeOf(sql) || run.first || run.replayed) return null;
  const turn = await sums(client, sql, 'turn', run.run, [run.asOf]);
  const [nowOne, nowTwo] = halves(before.now), [pastOne, pastTwo] = halves(before.past);
  return {
    shape: before.shape,
    now: text(nowOne + BigInt(turn.now_one), nowTwo + BigInt(turn.now_two)), past: text(pastOne + BigInt(turn.past_one), pastTwo + BigInt(turn.past_two)),
  };
}

async function sums(client: Querying, sql: StagedSql, name: string, run: number, values: unknown[] = []): Promise<Sums> {
  const { rows } = await client.query(sql.fill(import.meta.dirname, name, run), values);
  return rows[0] as Sums;
}

function stated(sql: StagedSql, found: Sums): StagedState {
  return { shape: shapeOf(sql), now: text(BigInt(found.now_one), BigInt(found.now_two)), past: text(BigInt(found.past_one), BigInt(found.past_two)) };
}

/** As staging.state_text writes them. */
function text(one: bigint, two: bigint): string {
  return [one, two].map((sum) => BigInt.asUintN(64, sum).toString(16).padStart(16, '0')).join('');
}

function halves(hash: string): [bigint, bigint] {
  return [BigInt(`0x${hash.slice(0, 16)}`), BigInt(`0x${hash.slice(16)}`)];
}
