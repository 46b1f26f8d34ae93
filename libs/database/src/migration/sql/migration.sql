-- grain: one applied migration, or one planned table; private to the migration role
-- inputs: none; run at every start, as the migration role, and changes nothing the second time
create schema if not exists database;
comment on schema database is 'What the store was made of: applied migrations and planned tables';

create table if not exists database.migration (
  lib text not null,
  name text not null,
  digest text not null,
  applied_at timestamptz not null default current_timestamp,
  primary key (lib, name)
);
comment on table database.migration is 'Migrations that were applied to this store, in the order they were';
comment on column database.migration.lib is 'The lib the migration belongs to';
comment on column database.migration.name is 'File name without its ending';
comment on column database.migration.digest is 'SHA-256 of the forward text as it was applied';
comment on column database.migration.applied_at is 'When it was committed';

create table if not exists database.applied_spec (
  relation text primary key,
  digest text not null,
  shape text not null
);
comment on table database.applied_spec is 'How each planned table was last asked for, and what came of it';
comment on column database.applied_spec.relation is 'schema.table';
comment on column database.applied_spec.digest is 'Two SHA-256: of what was put on the table (grants, policies, views), and of everything that was asked for';
comment on column database.applied_spec.shape is 'Shape of the table afterwards, as database.table_shape has it';

create or replace view database.table_shape as
select n.nspname || '.' || c.relname as relation,
       md5(jsonb_build_array(
         obj_description(c.oid, 'pg_class'),
         (select jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)) order by a.attnum)
            from pg_attribute a
            left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
         (select jsonb_agg(shape order by shape)
            from (select jsonb_build_array(case when not i.indisprimary then x.relname end, i.indisprimary, i.indisunique,
                           i.indkey::text, pg_get_expr(i.indpred, i.indrelid), pg_get_expr(i.indexprs, i.indrelid)) as shape
                    from pg_index i
                    join pg_class x on x.oid = i.indexrelid
                   where i.indrelid = c.oid) as indexes)
       )::text) as shape
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema');
comment on view database.table_shape is 'One table a row, with a digest of its columns, keys and comments: tells whether anything was changed since';
comment on column database.table_shape.relation is 'schema.table';
comment on column database.table_shape.shape is 'MD5 of columns, types, defaults, keys, indexes and comments';
