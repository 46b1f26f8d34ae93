-- A feed is replayed in tables of its own, shaped and keyed as its rows and closed rows are.
create function staging.open_replay(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  relation text := feed || '_r' || run;
  shadow record;
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  for shadow in select * from (values ('_now', '_row'), ('_past', '_past')) s (name, shape) loop
    execute format('create table staging.%I (like staging.%I including all)', relation || shadow.name, feed || shadow.shape);
    execute format('comment on table staging.%I is %L', relation || shadow.name, 'Rows of the feed as run ' || run || ' replays it, private to it until it is published.');
    execute format('grant select, insert, update, delete, truncate on staging.%I to hushu_staging', relation || shadow.name);
  end loop;
end $$;
comment on function staging.open_replay(text, int4) is 'Makes the tables in which a late run replays its feed.';

create function staging.analyze_replay(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set default_statistics_target = 20 as $$
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('analyze staging.%I, staging.%I', feed || '_r' || run || '_now', feed || '_r' || run || '_past');
end $$;
comment on function staging.analyze_replay(text, int4) is 'Tells the planner how large the tables of a replay are.';

create or replace function staging.drop_run_table(feed text, run int4) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  relation text := feed || '_r' || run;
begin
  if feed !~ '^[a-z][a-z0-9_]*$' then raise exception 'not a feed: %', feed; end if;
  execute format('drop table if exists staging.%I, staging.%I, staging.%I', relation, relation || '_now', relation || '_past');
end $$;
comment on function staging.drop_run_table(text, int4) is 'Drops a run''s private table, and those of its replay.';

revoke all on function staging.open_replay(text, int4), staging.analyze_replay(text, int4) from public;
grant execute on function staging.open_replay(text, int4), staging.analyze_replay(text, int4) to hushu_staging;
