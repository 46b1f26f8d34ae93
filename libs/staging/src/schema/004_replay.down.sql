create or replace function staging.drop_run_table(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('drop table if exists staging.%I', feed || '_r' || run);
end $$;
comment on function staging.drop_run_table(text, int4) is 'Drops a run''s private table.';
drop function staging.analyze_replay(text, int4);
drop function staging.open_replay(text, int4);
