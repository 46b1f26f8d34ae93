import { createHash } from 'node:crypto';
import type { AccessCases, AuditWriter } from '#access';
import { loadSql, type Database } from '#database';
import type { Clock, Text } from '#kernel';
import type { FieldSpec } from '../catalogue/field-spec.js';
import { divisionsOf, facetsOf, type Grant } from '../grant/grant.js';
import { faultyConfig, readSharingConfig } from './sharing-config.js';

export interface LoadReport { departments: number; fields: number; products: number; grants: { id: string; change: 'new' | 'changed' | 'same' }[] }

/** What a reader is told of a feed. */
export interface FeedTerms { feed: string; title: Text; supplier: Text & { id: string }; overdueAfterDays: number }

/** What the district's contracts offer. */
export interface Supply { fields: readonly FieldSpec[]; feeds: readonly FeedTerms[] }

export interface LoadParts { database: Database; cases: AccessCases; audit: AuditWriter; clock: Clock }

/**
 * Loads the district's departments, catalogue and grants from `folder`. Nothing is written when anything is
 * faulty (HUSHU-SHARING-01 names every fault). Terms that change are in the audit first; what was revoked stays so.
 */
export async function loadSharing(folder: string, { fields, feeds }: Supply, parts: LoadParts): Promise<LoadReport> {
  const { config, faults } = readSharingConfig(folder, fields);
  if (faults.length > 0) throw faultyConfig(faults);
  for (const department of config.departments) await parts.cases.putDepartment(department);
  await parts.cases.putSupply(feeds.map(({ feed, supplier }) => ({ feed, department: supplier.id })));

  const at = parts.clock.now();
  const { rows } = await parts.database.pool('sharing').query<{ id: string; version: string }>('select id, version from sharing.grant_terms');
  const before = new Map(rows.map((row) => [row.id, row.version]));
  const grants = config.grants.map((grant) => {
    const version = versionOf(grant);
    const change: 'new' | 'changed' | 'same' = !before.has(grant.id) ? 'new' : before.get(grant.id) === version ? 'same' : 'changed';
    return { grant, version, change };
  });
  for (const { grant, version, change } of grants) {
    if (change !== 'same') {
      await parts.audit.append({
        kind: 'grant-loaded', grant: grant.id, version, department: grant.department, fields: grant.fields,
        detail: { population: grant.population, purposes: grant.purposes.map((purpose) => purpose.code), valid: grant.valid },
      });
    }
  }
  await parts.database.transaction('sharing', async (client) => {
    await client.query(loadSql(import.meta.dirname, 'feed'), [JSON.stringify(feeds)]);
    await client.query('delete from sharing.feed where feed <> all($1::text[])', [feeds.map((feed) => feed.feed)]);
    await client.query(loadSql(import.meta.dirname, 'field'), [JSON.stringify(fields)]);
    await client.query('delete from sharing.field where path <> all($1::text[])', [fields.map((field) => field.path)]);
    await client.query(loadSql(import.meta.dirname, 'product'), [
      JSON.stringify(config.products.map((product) => ({ id: product.id, version: versionOf(product), definition: product }))), at]);
    await client.query('delete from sharing.product where id <> all($1::text[])', [config.products.map((product) => product.id)]);
    await client.query(loadSql(import.meta.dirname, 'grant_terms'), [
      JSON.stringify(grants.map(({ grant, version }) => ({
        id: grant.id, department: grant.department, version, facets: facetsOf(grant), divisions: divisionsOf(grant), definition: grant,
      }))), at]);
  });
  for (const { grant } of grants) {
    await parts.cases.hold({
      grant: grant.id, department: grant.department,
      validFrom: dayStart(grant.valid.from), ...(grant.valid.to !== undefined && { validTo: dayEnd(grant.valid.to) }),
    });
  }
  return {
    departments: config.departments.length, fields: fields.length, products: config.products.length,
    grants: grants.map(({ grant, change }) => ({ id: grant.id, change })),
  };
}

/** SM3, hex, of a definition with its keys in order. */
function versionOf(definition: Grant | object): string {
  return createHash('sm3').update(JSON.stringify(definition, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value)).digest('hex');
}

/** The district's days begin at 16:00 UTC of the day before. */
function dayStart(date: string): Date {
  return new Date(`${date}T00:00:00+08:00`);
}

function dayEnd(date: string): Date {
  return new Date(dayStart(date).getTime() + 86_400_000);
}
