import type pg from 'pg';

/** Columns that say when, by whom or under which key of chance a row was written. Everything else must be equal, known time included. */
const BY_CHANCE: Record<string, string[]> = {
  'runs.run': ['token', 'lease_by', 'lease_until', 'attempts', 'started_at', 'ended_at', 'stored_path'],
  'runs.step': ['id', 'ms', 'at'],
  'runs.chunk': ['committed_at'],
  'runs.transition': ['id', 'at'],
  'staging.reject': ['raw'],
  'reconcile.review_task': ['id'],
};

/** Relations that are compared by other than their rows. */
const ROWS: Record<string, string> = {
  // Written beside the line while it works, at most once a second.
  'runs.progress': 'select null where false',
  // Which bells were rung, not how often: a bell may be rung twice and has one effect.
  'runs.outbox': 'select distinct queue, run from runs.outbox',
  // Measured off the line, as the rows stand at that moment; a dead worker's are made up for within a minute.
  'staging.measure': 'select null where false',
  'staging.share': 'select null where false',
  'staging.brought': 'select null where false',
  // Jumps are found by what is measured; numbers of entries are given out before they are committed.
  'runs.drift': `select to_jsonb(t) - array['id', 'first_seen', 'last_seen', 'decided_at'] as row from runs.drift t where kind not in ('null-rate', 'distribution')`,
  'runs.event': `select to_jsonb(t) - array['id', 'at', 'detail'] as row, detail - 'drift' as detail from runs.event t where coalesce(detail->>'kind', '') not in ('null-rate', 'distribution')`,
  // Which persons a run changed, not how they are packed into chunks.
  'registry.change': 'select run, op, facet, unnest(persons) as person from registry.change',
};

/**
 * What a store holds, table by table: rows and the sum of their hashes, of everything from the ledger to the registry
 * with its history. Two stores that took in the same deliveries at the same known times in the same order are equal
 * in it, however often their workers died.
 */
export async function storeDigest(client: pg.Client): Promise<Record<string, string>> {
  const { rows: tables } = await client.query<{ relation: string }>(`
    select nspname || '.' || relname as relation from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where relkind = 'r' and nspname in ('runs', 'staging', 'reconcile', 'registry') order by 1`);
  const parts = tables.map(({ relation }) => {
    const chance = (BY_CHANCE[relation] ?? []).map((column) => `'${column}'`).join(', ');
    const rows = ROWS[relation] ?? `select to_jsonb(t) - array[${chance}]::text[] as row from ${quoted(relation)} t`;
    return `select '${relation}' as relation, count(*) || ' ' || coalesce(sum(hashtextextended(row::text, 7)::numeric), 0) as digest from (select to_jsonb(r) as row from (${rows}) r) r`;
  });
  const { rows } = await client.query<{ relation: string; digest: string }>(parts.join(' union all '));
  return Object.fromEntries(rows.map(({ relation, digest }) => [relation, digest]));
}

function quoted(relation: string): string {
  return relation.split('.').map((part) => `"${part}"`).join('.');
}
