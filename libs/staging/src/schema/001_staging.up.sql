create schema if not exists staging authorization hushu_migrate;
comment on schema staging is 'What the feeds delivered: typed rows, current and closed, rejects, and what a run changes.';

create table staging.reject (
  run int4 not null,
  row_no int4 not null,
  ordinal int2 not null,
  feed text not null,
  rule text not null,
  field text,
  source_key uuid,
  raw bytea,
  primary key (run, row_no, ordinal)
);
comment on table staging.reject is 'Rows a delivery could not stage: one row a broken rule; the first of a delivered row keeps the raw line, sealed.';
comment on column staging.reject.run is 'the run';
comment on column staging.reject.row_no is 'row of the delivery, from 1, header not counted';
comment on column staging.reject.ordinal is 'which of the row''s broken rules, from 0';
comment on column staging.reject.feed is 'the feed';
comment on column staging.reject.rule is 'rule the row broke';
comment on column staging.reject.field is 'supplier''s column, null for the whole row';
comment on column staging.reject.source_key is 'token of the supplier''s key where the row has one: its last good version is kept';
comment on column staging.reject.raw is 'the line as delivered, sealed (SM4-CTR, HMAC-SM3); only with ordinal 0';
create index reject_rule on staging.reject (feed, rule);

create table staging.removal (
  run int4 not null,
  source_key uuid not null,
  row_no int4,
  stamp timestamp
);
create index removal_of_run on staging.removal (run, source_key);
comment on table staging.removal is 'Source records a run takes away: said by a delta row, or inferred from a full delivery.';
comment on column staging.removal.run is 'the run';
comment on column staging.removal.source_key is 'token of the supplier''s key';
comment on column staging.removal.row_no is 'row of the delta that says so; null when inferred';
comment on column staging.removal.stamp is 'change stamp of that row';

create table staging.change (
  run int4 not null,
  op "char" not null check (op in ('I', 'U', 'D')),
  source_key uuid not null,
  role int2 not null,
  old_subject uuid,
  new_subject uuid
);
comment on table staging.change is 'What a run changes, a row a (source key, role); not filled for a feed''s first delivery, whose run table is everything.';
comment on column staging.change.run is 'the run';
comment on column staging.change.op is 'I new, U other content, D gone';
comment on column staging.change.source_key is 'token of the supplier''s key';
comment on column staging.change.role is 'role of the row';
comment on column staging.change.old_subject is 'subject the row spoke of';
comment on column staging.change.new_subject is 'subject the row speaks of now';
create index change_of_run on staging.change (run, source_key);

create view staging.reject_status as
select run, row_no, ordinal, feed, rule, field from staging.reject;
comment on view staging.reject_status is 'Published: rejects without their raw lines and keys.';

-- Runs make and adopt tables of their own; only these functions, owned by the migration role, do so.
create function staging.open_run_table(feed text, run int4) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  relation text := feed || '_r' || run;
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('create table if not exists staging.%I (like staging.%I including comments)', relation, feed || '_row');
  execute format('comment on table staging.%I is %L', relation, 'Rows of run ' || run || ', private to it until it is published.');
  execute format('grant select, insert, update, delete, truncate on staging.%I to hushu_staging', relation);
  execute format('grant select on staging.%I to hushu_reconcile', relation);
  return 'staging.' || relation;
end $$;
comment on function staging.open_run_table(text, int4) is 'Makes a run''s private table after the shape of its feed''s.';

create function staging.drop_run_table(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('drop table if exists staging.%I', feed || '_r' || run);
end $$;
comment on function staging.drop_run_table(text, int4) is 'Drops a run''s private table.';

-- A first delivery's table gets the keys its feed's table has while it is still private to the run: publishing is shorter by that.
create function staging.key_run_table(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set default_statistics_target = 20 as $$
declare
  relation text := feed || '_r' || run;
  columns text;
  key record;
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  for key in
    select regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '') as keyed, i.indisunique, row_number() over (order by i.indexrelid) as nth
    from pg_index i where i.indrelid = format('staging.%I', feed || '_row')::regclass
  loop
    execute format('create %s index if not exists %I on staging.%I using %s',
      case when key.indisunique then 'unique' else '' end, relation || '_key' || key.nth, relation, key.keyed);
  end loop;
  -- Key columns only, and no more of them than a choice of plans takes.
  select string_agg(attname, ', ') into columns from pg_attribute
  where attrelid = format('staging.%I', relation)::regclass and attname in ('subject_key', 'source_key', 'role') and not attisdropped;
  execute format('analyze staging.%I (%s)', relation, columns);
end $$;
comment on function staging.key_run_table(text, int4) is 'Builds the keys of a first delivery''s private table, as its feed''s table has them.';

-- The table of a first delivery becomes the feed's, keys and all; the published view is pointed at it.
create function staging.adopt_run_table(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  relation text := feed || '_row';
  fresh text := feed || '_r' || run;
  some_row boolean;
  note text := obj_description(format('staging.%I', relation)::regclass, 'pg_class');
  keys text[];
  keyed boolean;
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('lock table staging.%I in access exclusive mode', relation);
  execute format('select exists (select 1 from staging.%I)', relation) into some_row;
  if some_row then raise exception 'staging.% has rows already', relation; end if;
  select exists (select 1 from pg_index where indrelid = format('staging.%I', fresh)::regclass) into keyed;
  if not keyed then perform staging.key_run_table(feed, run); end if;
  select array_agg(c.relname order by i.indexrelid) into keys
  from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = format('staging.%I', relation)::regclass;
  execute format('create or replace view staging.%I as select * from staging.%I', feed, fresh);
  execute format('drop table staging.%I', relation);
  execute format('alter table staging.%I rename to %I', fresh, relation);
  for nth in 1 .. cardinality(keys) loop
    if keys[nth] = relation || '_pkey' then
      execute format('alter table staging.%I add constraint %I primary key using index %I', relation, keys[nth], fresh || '_key' || nth);
    else
      execute format('alter index staging.%I rename to %I', fresh || '_key' || nth, keys[nth]);
    end if;
  end loop;
  execute format('comment on table staging.%I is %L', relation, note);
  execute format('revoke all on staging.%I from hushu_reconcile', relation);
end $$;
comment on function staging.adopt_run_table(text, int4) is 'Makes the table of a feed''s first delivery the feed''s table.';

create function staging.analyze_run_table(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('analyze staging.%I (source_key)', feed || '_r' || run);
end $$;
comment on function staging.analyze_run_table(text, int4) is 'Tells the planner how large a run''s private table is; only owners may analyze.';

grant usage on schema staging to hushu_staging, hushu_reconcile, hushu_operations;
grant select, insert, update, delete on staging.reject, staging.removal, staging.change to hushu_staging;
grant select on staging.change to hushu_reconcile;
grant select on staging.reject_status to hushu_operations;
revoke all on function staging.open_run_table(text, int4), staging.drop_run_table(text, int4), staging.key_run_table(text, int4), staging.adopt_run_table(text, int4), staging.analyze_run_table(text, int4) from public;
grant execute on function staging.open_run_table(text, int4), staging.drop_run_table(text, int4), staging.key_run_table(text, int4), staging.adopt_run_table(text, int4), staging.analyze_run_table(text, int4) to hushu_staging;
