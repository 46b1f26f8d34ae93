import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { districtStore, libs } from './store.js';

/** Logins that are no lib's own, and the schemas they may look into. */
const GUESTS: Record<string, string[]> = {
  // Writes registered identity; nothing else is its business.
  spine: ['registry', 'reconcile', 'runs'],
  // Data officers: what the line did, what was rejected, what waits for a decision, and what came of it.
  operations: ['runs', 'feeds', 'staging', 'watch', 'exchange', 'reconcile', 'registry', 'sharing', 'access'],
  // Owns the published person views.
  reader: ['registry'],
  // Takes each stage's role; has nothing of its own.
  apply: [],
};

interface Privilege { grantee: string; schema: string; object: string; privilege: string }

const PRIVILEGES = `
  with role as (select oid, replace(rolname, 'hushu_', '') as name from pg_roles where rolname like 'hushu\\_%' and not rolsuper),
  acl as (
    select n.nspname as schema, n.nspname as object, a.* from pg_namespace n, aclexplode(n.nspacl) a
    union all
    select n.nspname, c.relname, a.* from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
    union all
    select n.nspname, c.relname || '.' || t.attname, a.* from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace, aclexplode(t.attacl) a
    union all
    select n.nspname, p.proname || '()', a.* from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
  )
  select coalesce(r.name, 'public') as grantee, acl.schema, acl.object, acl.privilege_type as privilege
    from acl left join role r on r.oid = acl.grantee
   where acl.schema = any($1) and (acl.grantee = 0 or r.name is not null) and coalesce(r.name, '') <> 'migrate'
   order by 1, 2, 3, 4`;

describe('grants of the store against architecture.cjs', () => {
  let store: Awaited<ReturnType<typeof districtStore>>;
  let privileges: Privilege[];
  const schemas = Object.keys(libs);

  beforeAll(async () => {
    store = await districtStore();
    privileges = (await store.admin.query<Privilege>(PRIVILEGES, [schemas])).rows;
  });
  afterAll(() => store.close());

  it('lets each stage into its own schema and those it may import, and no other', () => {
    const wrong = privileges.filter(({ grantee, schema }) => grantee !== 'public'
      && grantee !== schema && !(libs[grantee] ?? GUESTS[grantee] ?? []).includes(schema));
    expect(wrong.map(({ grantee, schema, object, privilege }) => `${grantee}: ${privilege} on ${schema}.${object}`)).toEqual([]);
    expect(privileges.length).toBeGreaterThan(100);
  });

  it('gives nothing to everybody', () => {
    expect(privileges.filter(({ grantee }) => grantee === 'public')).toEqual([]);
  });

  it('lets a data officer read and never write what the line made', () => {
    const written = privileges.filter(({ grantee, schema, privilege }) => grantee === 'operations'
      && ['staging', 'reconcile', 'registry'].includes(schema) && !['SELECT', 'USAGE', 'EXECUTE'].includes(privilege));
    expect(written).toEqual([]);
  });

  it('lets the spine alone write registered identity', () => {
    const writers = privileges.filter(({ schema, object, privilege }) => schema === 'registry' && /^registered_identity/.test(object)
      && ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'].includes(privilege));
    expect([...new Set(writers.map(({ grantee }) => grantee))]).toEqual(['spine']);
  });

  it('gives sharing nothing of staging and reconcile, by no detour of membership', async () => {
    const { rows } = await store.admin.query<{ name: string }>(`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('staging', 'reconcile') and c.relkind in ('r', 'v') and has_table_privilege('hushu_sharing', c.oid, 'select')`);
    expect(rows).toEqual([]);
    const { rows: members } = await store.admin.query<{ role: string; member: string }>(`
      select r.rolname as role, m.rolname as member from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
       where m.rolname like 'hushu\\_%' and not m.rolsuper order by 2, 1`);
    expect(members.map(({ role, member }) => `${member} may be ${role}`)).toEqual([
      'hushu_apply may be hushu_reconcile', 'hushu_apply may be hushu_registry', 'hushu_apply may be hushu_runs',
      'hushu_apply may be hushu_spine', 'hushu_apply may be hushu_staging', 'hushu_migrate may be hushu_reader',
    ]);
  });

  it('makes no stage a superuser, an owner or one whom row policies do not bind', async () => {
    const { rows } = await store.admin.query<{ name: string }>(`
      select rolname as name from pg_roles where rolname like 'hushu\\_%' and rolname <> 'hushu_superuser'
         and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`);
    expect(rows).toEqual([]);
    const { rows: owned } = await store.admin.query<{ name: string }>(`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
       where n.nspname = any($1) and c.relkind = 'r' and r.rolname <> 'hushu_migrate'`, [schemas]);
    expect(owned).toEqual([]);
  });
});
