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
  digest text not null
);
comment on table database.applied_spec is 'The views, grants and policies that were last put on each planned table';
comment on column database.applied_spec.relation is 'schema.table';
comment on column database.applied_spec.digest is 'SHA-256 of the statements that were run';
