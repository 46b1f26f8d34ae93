create or replace function staging.open_run_table(feed text, run int4) returns text
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
