import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { districtStore, libs } from './store.js';

let store: Awaited<ReturnType<typeof districtStore>>;
beforeAll(async () => { store = await districtStore(); });
afterAll(() => store.close());

it('says of every schema, table, view and column of a table what it is', async () => {
  const { rows } = await store.admin.query<{ name: string }>(`
    with mine as (select oid, nspname from pg_namespace where nspname = any($1))
    select nspname as name from mine where obj_description(oid, 'pg_namespace') is null
    union all
    select nspname || '.' || relname from mine join pg_class c on c.relnamespace = mine.oid
     where relkind in ('r', 'p', 'v', 'm') and not relispartition and obj_description(c.oid, 'pg_class') is null
    union all
    select nspname || '.' || relname || '.' || attname from mine join pg_class c on c.relnamespace = mine.oid join pg_attribute a on a.attrelid = c.oid
     where relkind in ('r', 'p') and not relispartition and attnum > 0 and not attisdropped and col_description(c.oid, attnum) is null
    order by 1`, [['database', ...Object.keys(libs)]]);
  expect(rows.map(({ name }) => name)).toEqual([]);
});
