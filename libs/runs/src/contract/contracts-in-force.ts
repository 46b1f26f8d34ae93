import { loadSql, type Database } from '#database';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { keepVersion, type InForce } from '../drift/drifts.js';
import { noteEvent } from '../timeline/note-event.js';

/** A feed's contract as it was applied. The ledger keeps the definition and does not look into it. */
export interface ContractInForce<Definition = unknown> { feed: string; version: string; definition: Definition; appliedAt: Date }

/** What is put in force; `amended`: what of it people settled on top of the folder. */
interface Put<Definition> { feed: string; version: string; definition: Definition; amended?: { folderVersion: string; amendments: unknown[] } | undefined }

/** The contracts in force. `pool` is of any role that may read the ledger's published views. */
export async function contractsInForce<Definition>(pool: Pool): Promise<ContractInForce<Definition>[]> {
  const { rows } = await pool.query<ContractInForce<Definition>>(loadSql(import.meta.dirname, 'contract_all'));
  return rows;
}

/** The contract of one feed in force; undefined where there is none. `pool` as in contractsInForce. */
export async function contractInForce<Definition>(pool: Pool, feed: string): Promise<ContractInForce<Definition> | undefined> {
  const { rows } = await pool.query<ContractInForce<Definition>>({ name: 'runs-contract-one', text: loadSql(import.meta.dirname, 'contract_one'), values: [feed] });
  return rows[0];
}

/**
 * Notes what was applied: every contract of the district, and an event on each feed's timeline whose version is another.
 * `changesOf` says what differs from the definition before (undefined: there was none). `read` gives the contracts as
 * amended by what stands at that moment, and the decisions that fall away because the folders have taken them up.
 */
export async function putContractsInForce<Definition>(
  database: Database, read: Put<Definition>[] | ((inForce: InForce[]) => { contracts: Put<Definition>[]; lapsed: number[] }), by: string,
  changesOf: (before: Definition | undefined, after: Definition) => Record<string, unknown>,
): Promise<string[]> {
  return database.transaction('runs', async (client) => {
    // Two who apply at once go one after the other; who reads is not kept waiting.
    await client.query('lock table runs.contract in share row exclusive mode');
    const { contracts, lapsed } = typeof read !== 'function' ? { contracts: read, lapsed: [] }
      : read((await client.query<InForce>(loadSql(join(import.meta.dirname, '../drift'), 'amendment'))).rows);
    const { rows: gone } = await client.query<{ id: number; feed: string; kind: string; field: string }>('update runs.drift set lapsed = true where id = any ($1) returning id, feed, kind, field', [lapsed]);
    for (const { id, feed, kind, field } of gone) await noteEvent(client, { feed, kind: 'amendment-lapsed', by, detail: { drift: id, kind, field } });
    const { rows } = await client.query<ContractInForce<Definition>>(loadSql(import.meta.dirname, 'contract_all'));
    const known = new Map(rows.map((row) => [row.feed, row]));
    const changed: string[] = [];
    for (const { feed, version, definition, amended } of contracts) {
      if (amended !== undefined) await keepVersion(client, { feed, version, ...amended });
      const before = known.get(feed);
      known.delete(feed);
      if (before?.version === version) continue;
      await client.query(loadSql(import.meta.dirname, 'contract'), [feed, version, JSON.stringify(definition)]);
      await noteEvent(client, { feed, kind: 'contract-applied', by, detail: { version, before: before?.version ?? null, ...changesOf(before?.definition, definition) } });
      changed.push(feed);
    }
    for (const { feed, version } of known.values()) {
      await client.query('delete from runs.contract where feed = $1', [feed]);
      await noteEvent(client, { feed, kind: 'contract-withdrawn', by, detail: { version } });
      changed.push(feed);
    }
    return changed;
  });
}
