import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';

/** Columns that say when and by which run the hub came to know, or which key a person has. */
const NOT_STATE = ['person', 'known_from', 'known_to', 'retracted_at', 'source_run', 'attribute_runs', 'run', 'since_run', 'version', 'evidence', 'subject_key', 'candidates'];

/** Whoever is gone is no more than the versions they had: one of whom nothing is believed any longer was only ever a belief. */
const HOLDS: Record<string, string> = { 'registry.person': ` where kind <> 'gone'` };

/**
 * One hash of everything that is so by what the hub believes now: every version of every facet in valid time,
 * who is registered, how rows are linked, what is under review, what conflicts. Known time, run ids and person
 * keys are not in it: a person is named by the least (feed, source key, role) that speaks of them. Two hubs
 * that took in the same deliveries, in whatever order and however often they were killed, have the same hash.
 * The client's role reads all of it: operations, or the owner.
 */
export async function stateHash(client: ClientBase): Promise<string> {
  return createHash('sha256').update(JSON.stringify(await stateDigest(client))).digest('hex');
}

/** The hash's parts, relation by relation: where two states differ. */
export async function stateDigest(client: ClientBase): Promise<Record<string, string>> {
  await client.query('drop table if exists pg_temp.person_name');
  const spoken = (await relations(client, 'reconcile', 'v', '%\\_spoken')).map(({ name }) => name);
  const named = spoken.map((view) => `select person, '${view} ' || source_key || ' ' || role as name from reconcile."${view}"`).join(' union all ');
  await client.query(`create temporary table person_name as
    select person, min(name collate "C") as name from (${named || 'select null::uuid as person, null::text as name where false'}) n group by person`);
  await client.query('analyze pg_temp.person_name');
  const digest: Record<string, string> = {};
  const facets = (await relations(client, 'registry', 'r', '%\\_row')).map(({ name }) => name.slice(0, -4));
  for (const facet of facets) await digestFacet(client, digest, `${facet}_row`, `${facet}_past`);
  for (const identity of ['registered_identity', 'provisional_identity']) await digestFacet(client, digest, identity, `${identity}_past`);
  for (const relation of ['registry.person', 'registry.document_alias', 'reconcile.crosswalk_exception', 'reconcile.conflict', 'reconcile.resolved_value', 'reconcile.standard_address']) {
    digest[relation] = await digestOf(client, `select to_jsonb(t) as row, to_jsonb(t)->>'person' as person from ${relation} t${HOLDS[relation] ?? ''}`);
  }
  digest['reconcile.review_task'] = await digestOf(client,
    `select jsonb_build_object('feed', feed, 'source_key', source_key, 'role', role, 'reason', reason) as row, null as person from reconcile.review_task where state = 'open'`);
  await client.query('drop table pg_temp.person_name');
  return digest;
}

async function digestFacet(client: ClientBase, digest: Record<string, string>, table: string, past: string): Promise<void> {
  digest[`registry.${table}`] = await digestOf(client, `
    select to_jsonb(c) || jsonb_build_object('valid_to', 'infinity', 'feed', a.feed) as row, c.person::text as person
    from registry."${table}" c join registry.applied a on a.run = c.source_run
    union all
    select to_jsonb(p) || jsonb_build_object('feed', a.feed), p.person::text
    from registry."${past}" p join registry.applied a on a.run = p.source_run
    where p.retracted_at = 'infinity' and p.valid_from < p.valid_to`);
}

/** Rows and the sum of their hashes: the order they lie in does not matter. */
async function digestOf(client: ClientBase, rows: string): Promise<string> {
  const { rows: [sum] } = await client.query(`
    select count(*) || ' ' || coalesce(sum(hashtextextended(coalesce(n.name, '') || (s.row - $1::text[])::text, 7)::numeric), 0) as digest
    from (${rows}) s left join pg_temp.person_name n on n.person::text = s.person`, [NOT_STATE]);
  return sum.digest;
}

async function relations(client: ClientBase, schema: string, kind: string, like: string): Promise<{ name: string }[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind = $2 and relname like $3 order by relname collate "C"`, [schema, kind, like]);
  return rows;
}
