import { loadSql, type Database } from '#database';
import { HubError } from '#kernel';
import type { ClientBase, Pool } from 'pg';
import type { ContractInForce } from '../contract/contracts-in-force.js';
import { tidied, type Judgement } from '../decision/decide.js';
import type { Ledger } from '../ledger/ledger.js';
import { noteEvent } from '../timeline/note-event.js';
import { DRIFT_COLUMNS, type Drift, type DriftKind, type DriftState, type DriftVerb } from './drift.js';

const FROM: Record<DriftVerb, DriftState[]> = { accept: ['open', 'stopped'], map: ['open', 'stopped'], stop: ['open'], resume: ['stopped'] };
const TO: Record<DriftVerb, DriftState> = { accept: 'accepted', map: 'mapped', stop: 'stopped', resume: 'open' };
/** What the line of time calls it. */
const HAPPENED: Record<DriftVerb, string> = { accept: 'drift-accepted', map: 'drift-mapped', stop: 'feed-stopped', resume: 'feed-resumed' };

export interface DriftFilter { feed?: string | undefined; state?: DriftState | undefined; kind?: DriftKind | undefined; feeds?: readonly string[] | null | undefined }

/** What a decision comes to in the contract: amendments of its own, and the contract as it reads with all of them. */
export interface ContractChange<Amendment, Definition> { amendments: Amendment[]; mappedTo: string | null; folderVersion: string; all: Amendment[]; version: string; definition: Definition }

/** A decision that amends a contract. */
export interface InForce<Amendment = unknown> { feed: string; drift: number; amendments: Amendment[] }

/** What came of it: the entry, the version now in force, runs that can be taken up again and those that were, whether the source is asked again at once. */
export interface DriftDecided { drift: Drift; contractVersion: string | null; retry: number[]; resumed: number[]; fetching: boolean }

/** The inbox of what suppliers changed, and what people decide about it. The ledger keeps contracts and does not look into them. */
export class Drifts {
  constructor(private readonly database: Database, private readonly ledger: Ledger) {}

  /** Newest first; `before`: the last id of the page before. */
  async list(filter: DriftFilter, { before, limit }: { before?: number | undefined; limit: number }): Promise<Drift[]> {
    const { feed = null, state = null, kind = null, feeds = null } = filter;
    const { rows } = await this.database.pool('operations').query<Drift>(loadSql(import.meta.dirname, 'drift'), [feed, state, kind, feeds, before ?? null, limit]);
    return rows;
  }

  async find(id: number): Promise<Drift | null> {
    const { rows } = await this.database.pool('operations').query<Drift>(`select ${DRIFT_COLUMNS} from runs.feed_drift where id = $1`, [id]);
    return rows[0] ?? null;
  }

  /**
   * One person decides about an entry. `change` says what it comes to in the contract in force, or null for nothing;
   * it throws what cannot be. Once nothing stops a feed any more, its held deliveries are taken up again. Null: no such entry.
   * @throws HUSHU-RUNS-25 wrong state, -13 no usable reason or name, and what `change` throws
   */
  async decide<Amendment, Definition>(
    id: number, verb: DriftVerb, given: Judgement, change: (drift: Drift, contract: ContractInForce<Definition> | null) => ContractChange<Amendment, Definition> | null,
  ): Promise<DriftDecided | null> {
    const judgement = tidied(given);
    return this.database.transaction('runs', async (client) => {
      // As those who apply contracts do: one after the other.
      await client.query('lock table runs.contract in share row exclusive mode');
      const { rows: [drift] } = await client.query<Drift>(`select ${DRIFT_COLUMNS} from runs.drift where id = $1 for update`, [id]);
      if (drift === undefined) return null;
      if (!FROM[verb].includes(drift.state)) throw wrongState(drift, verb);
      const { rows: [contract] } = await client.query<ContractInForce<Definition>>('select feed, version, definition, applied_at as "appliedAt" from runs.contract where feed = $1', [drift.feed]);
      const changed = change(drift, contract ?? null);
      const { rows: [after] } = await client.query<Drift>(
        `update runs.drift set state = $2, decided_by = $3, reason = $4, decided_at = clock_timestamp(), mapped_to = $5, amendments = $6 where id = $1 returning ${DRIFT_COLUMNS}`,
        [id, TO[verb], judgement.by, judgement.reason, changed?.mappedTo ?? null, changed === null ? null : JSON.stringify(changed.amendments)]);
      if (changed !== null) await this.putVersion(client, drift.feed, changed);
      await noteEvent(client, {
        feed: drift.feed, ...(drift.lastRun !== null && { run: drift.lastRun }), kind: HAPPENED[verb], by: judgement.by, detail: {
          drift: id, kind: drift.kind, field: drift.field, ...(drift.subject !== '' && { subject: drift.subject }), ...(changed?.mappedTo != null && { to: changed.mappedTo }),
          reason: judgement.reason, ...(changed !== null && { version: changed.version, before: contract?.version ?? null }),
        },
      });
      const resumed = verb === 'stop' ? [] : await this.takeUp(client, drift.feed, judgement);
      const { rows: retry } = changed === null ? { rows: [] } : await client.query<{ id: number }>(loadSql(import.meta.dirname, 'retriable'), [drift.feed, drift.firstRun]);
      // What no fetch got past without it need not wait for the next slot.
      const { rowCount } = changed === null ? { rowCount: 0 } : await client.query(loadSql(import.meta.dirname, 'fetch_again'), [drift.feed]);
      return { drift: after!, contractVersion: changed?.version ?? contract?.version ?? null, retry: retry.map((run) => run.id), resumed, fetching: rowCount === 1 };
    });
  }

  private async putVersion<Amendment, Definition>(client: ClientBase, feed: string, { version, folderVersion, all, definition }: ContractChange<Amendment, Definition>): Promise<void> {
    await keepVersion(client, { feed, version, folderVersion, amendments: all });
    await client.query('update runs.contract set version = $2, definition = $3, applied_at = clock_timestamp() where feed = $1', [feed, version, JSON.stringify(definition)]);
  }

  /** Deliveries that were held because their feed was stopped go on, once nothing stops it. */
  private async takeUp(client: ClientBase, feed: string, judgement: Judgement): Promise<number[]> {
    if (await isStopped(client, feed)) return [];
    const { rows } = await client.query<{ id: number }>(loadSql(import.meta.dirname, 'stopped_run'), [feed]);
    for (const { id } of rows) await this.ledger.decideIn(client, id, 'retry', judgement);
    return rows.map(({ id }) => id);
  }
}

/** A version of a contract that came into force with amendments, kept so that what it read can be read again. */
export async function keepVersion(client: Pick<ClientBase, 'query'>, kept: { feed: string; version: string; folderVersion: string; amendments: unknown[] }): Promise<void> {
  await client.query('insert into runs.contract_version (feed, version, folder_version, amendments) values ($1, $2, $3, $4) on conflict do nothing',
    [kept.feed, kept.version, kept.folderVersion, JSON.stringify(kept.amendments)]);
}

/** Whether people have stopped a feed: what it delivers is held. `client` is of any role that may read the ledger's published views. */
export async function isStopped(client: Pick<ClientBase, 'query'>, feed: string): Promise<boolean> {
  return (await client.query(`select from runs.feed_drift where feed = $1 and state = 'stopped' limit 1`, [feed])).rowCount !== 0;
}

/** What amends contracts now, and every amended version there was. `pool` as in contractsInForce. */
export async function contractAmendments<Amendment>(pool: Pool): Promise<{
  inForce: InForce<Amendment>[]; history: { feed: string; version: string; folderVersion: string; amendments: Amendment[] }[];
}> {
  const [{ rows: inForce }, { rows: history }] = await Promise.all([
    pool.query<InForce<Amendment>>(loadSql(import.meta.dirname, 'amendment')),
    pool.query<{ feed: string; version: string; folderVersion: string; amendments: Amendment[] }>(loadSql(import.meta.dirname, 'history')),
  ]);
  return { inForce, history };
}

function wrongState({ id, state }: Drift, verb: DriftVerb): HubError {
  return new HubError({
    code: 'HUSHU-RUNS-25', zh: `漂移 ${id} 的状态是 ${state}，只有 ${FROM[verb].join('、')} 时可以这样做`, en: `Drift ${id} is ${state}; this is for those that are ${FROM[verb].join(' or ')}`,
    hintZh: '用 hushu drift show 查看其状态和以往的决定', hintEn: 'See its state and what was decided with hushu drift show', details: { drift: id, state },
  });
}
