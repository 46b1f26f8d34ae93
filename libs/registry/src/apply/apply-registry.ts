import { feedRelation, type FeedContract } from '#feeds';
import { facetsOf, type Facet, type Supplier } from '#reconcile';
import type { StepCount } from '#runs';
import type { ClientBase } from 'pg';
import { FacetSql } from '../history/facet-sql.js';
import { noteFilled } from '../history/note-filled.js';
import { keepAffectedPersons, keepPersonsOfFirst } from '../person/persons.js';
import { fillFile, Steps } from './steps.js';

/** A delivery whose rows are staged, matched and reconciled, as the registry sees it. */
export interface ReconciledRun {
  run: number;
  feed: string;
  contract: FeedContract;
  first: boolean;
  replayed?: boolean;
  asOf: Date;
  knownAt: Date;
}

/**
 * Keeps what reconcile decided: the facets of affected persons are brought to their timelines, versions closed,
 * opened and taken back; the other rows of a first delivery (`all`) go in as they stand. Runs in the publish
 * transaction, as hushu_registry, and as hushu_spine where the spine alone may write.
 */
export async function applyRegistry(client: ClientBase, s: ReconciledRun, contracts: FeedContract[], all: boolean): Promise<StepCount[]> {
  const { rows: [last] } = await client.query<{ known_at: Date | null }>('select max(known_at) as known_at from registry.applied');
  // Known time never goes back: what a delivery that waited brings, the hub did not know before.
  const knownAt = last!.known_at && last!.known_at > s.knownAt ? last!.known_at : s.knownAt;
  const steps = new Steps(client, s.run, knownAt);
  await client.query(`set local work_mem = '256MB'`);
  await client.query('insert into registry.applied (run, feed, as_of, known_at) values ($1, $2, $3, $4)', [s.run, s.feed, s.asOf, knownAt]);
  if (s.replayed) await client.query(fillFile(import.meta.dirname, 'applied_again', {}), [s.feed, knownAt]);
  await client.query('delete from registry.touched');

  const facets = facetsOf(contracts);
  const affected = await countAffected(client);
  if (all) {
    // A whole delivery is read as it lies: by its key it would be read a page a row.
    await client.query('set local enable_mergejoin = off; set local enable_nestloop = off');
    for (const facet of facets) {
      const entries = facet.suppliers.filter(({ feed }) => feed === s.feed);
      if (entries.length > 0) await fillFirst(steps, s, facet, entries);
    }
  }
  await client.query('set local enable_mergejoin = on; set local enable_nestloop = on');
  for (const facet of facets) if (affected.has(facet.relation)) await keepHistory(steps, facet);
  if (all && s.contract.spine) await registeredNow(steps, facets);
  await steps.as(false);
  if (all) await keepPersonsOfFirst(steps, s);
  if (affected.size > 0) await keepAffectedPersons(steps, s.contract.spine);
  await steps.take('change', 'change', fillFile(`${import.meta.dirname}/../history`, 'change', {}), [s.run, await lastChunk(steps)]);
  return steps.done.filter(({ rows }) => rows > 0);
}

async function countAffected(client: ClientBase): Promise<Set<string>> {
  const { rows } = await client.query<{ facet: string }>('select distinct facet from reconcile.affected_person');
  return new Set(rows.map(({ facet }) => facet));
}

/** One facet of a first delivery: into a table without keys where it was empty, keys built when it is full. */
async function fillFirst(steps: Steps, s: ReconciledRun, facet: Facet, entries: Supplier[]): Promise<void> {
  await steps.as(facet.spine);
  const sql = new FacetSql(facet);
  const rows = `${feedRelation(s.feed)}_${facet.relation === 'provisional_identity' ? 'newcomer' : 'plain'}`;
  const roles = [...new Set(entries.map(({ role }) => role))];
  const { rows: [keys] } = await steps.client.query<{ dropped: boolean }>('select registry.drop_keys($1) as dropped', [facet.table]);
  let filled = 0;
  for (const role of roles) {
    const ofRole = entries.filter((entry) => entry.role === role);
    filled += await steps.take('fill', facet.table, sql.bulk(ofRole, rows), [steps.knownAt, dayOf(s.asOf)]);
  }
  if (filled > 0) await steps.did('change', 'change', async () => noteFilled(steps.client, facet, s.run, await lastChunk(steps)));
  if (!keys!.dropped) return;
  const start = performance.now();
  await steps.client.query('select registry.build_keys($1)', [facet.table]);
  steps.done.push({ step: 'keys', relation: facet.table, rows: 1, ms: performance.now() - start });
}

/** Whoever the spine's first delivery registers had no identity of another kind. */
async function registeredNow(steps: Steps, facets: Facet[]): Promise<void> {
  await steps.as(false);
  const provisional = facets.find(({ relation }) => relation === 'provisional_identity')!;
  await steps.take('close', provisional.table, new FacetSql(provisional).history('registered_now'), [steps.knownAt]);
}

async function keepHistory(steps: Steps, facet: Facet): Promise<void> {
  await steps.as(facet.spine);
  const sql = new FacetSql(facet);
  await steps.take('close', facet.pastTable, sql.history('close'), [steps.knownAt]);
  await steps.take('retract', facet.pastTable, sql.history('retract'), [steps.knownAt]);
  await steps.take('put-right', facet.pastTable, sql.history('put_right'), [steps.knownAt]);
  await steps.take('open', facet.table, sql.history('open'), [steps.knownAt]);
}

/** The day a moment falls on in China, which has one time zone. */
function dayOf(moment: Date): string {
  return new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

async function lastChunk(steps: Steps): Promise<number> {
  const { rows: [last] } = await steps.client.query<{ chunk: number }>('select coalesce(max(chunk), 0) as chunk from registry.change where run = $1', [steps.run]);
  return last!.chunk;
}
