import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { districtStore } from './store.js';

/** Upstream of linkage a row belongs to a subject, downstream to a person. */
const KEYS = ['subject_key', 'person', 'document', 'subject'];
/** Columns that hold, or are, one of those keys under the name of their part. */
const SCHEMAS = ['staging', 'reconcile', 'registry'];
/** Cases, which people work through one by one: as few as there are hands for them. */
const CASES = ['reconcile.review_task'];

/**
 * Large tables are those with a row a person, a document or a source record: every table of the line's schemas that
 * carries such a key. The others (ledger, leases, catalogue, grants) are small and stay local or are copied everywhere.
 */
const LARGE = `
  select c.oid, n.nspname || '.' || c.relname as name,
         array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attname = any($1) and not a.attisdropped) as keys
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($2) and c.relkind in ('r', 'p') and n.nspname || '.' || c.relname <> all($3)
     and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = any($1) and not a.attisdropped)`;

describe('large tables can be distributed by their key', () => {
  let store: Awaited<ReturnType<typeof districtStore>>;
  beforeAll(async () => { store = await districtStore(); });
  afterAll(() => store.close());

  const named = async (sql: string): Promise<string[]> =>
    (await store.admin.query<{ name: string }>(sql, [KEYS, SCHEMAS, CASES])).rows.map(({ name }) => name);

  it('finds the large tables at all', async () => {
    const names = await named(`select name from (${LARGE}) large order by 1`);
    expect(names).toEqual(expect.arrayContaining(['staging.medical_insurance_row', 'reconcile.subject', 'registry.person', 'registry.registered_identity']));
  });

  it('has no unique key without the distribution key', async () => {
    expect(await named(`
      select large.name || ': ' || i.indexrelid::regclass::text as name from (${LARGE}) large join pg_index i on i.indrelid = large.oid
       where i.indisunique and not exists (
         select from unnest(i.indkey) k join pg_attribute a on a.attrelid = large.oid and a.attnum = k where a.attname = any(large.keys))
       order by 1`)).toEqual([]);
  });

  it('has no foreign key without the distribution key', async () => {
    expect(await named(`
      select large.name || ': ' || f.conname as name from (${LARGE}) large join pg_constraint f on f.conrelid = large.oid
       where f.contype = 'f' and not exists (
         select from unnest(f.conkey) k join pg_attribute a on a.attrelid = large.oid and a.attnum = k where a.attname = any(large.keys))
       order by 1`)).toEqual([]);
  });

  it('has no default that another shard would give another value', async () => {
    expect(await named(`
      select large.name || '.' || a.attname as name from (${LARGE}) large
        join pg_attrdef d on d.adrelid = large.oid join pg_attribute a on a.attrelid = large.oid and a.attnum = d.adnum
       where exists (
         select from pg_depend x join pg_proc p on p.oid = x.refobjid
          where x.classid = 'pg_attrdef'::regclass and x.objid = d.oid and x.refclassid = 'pg_proc'::regclass and p.provolatile = 'v')
          or pg_get_expr(d.adbin, d.adrelid) ~* '(now\\(|current_|clock_timestamp|random|nextval|uuid)'
       order by 1`)).toEqual([]);
  });

  it('has no sequence behind a column', async () => {
    expect(await named(`
      select large.name || '.' || a.attname as name from (${LARGE}) large join pg_attribute a on a.attrelid = large.oid
       where a.attidentity <> '' order by 1`)).toEqual([]);
  });
});
