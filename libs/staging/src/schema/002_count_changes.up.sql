create function staging.count_changes() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  analyze staging.change, staging.removal;
end $$;
comment on function staging.count_changes() is 'Tells the planner how much a run changes; taken for a single row, every change is compared with every row.';

revoke all on function staging.count_changes() from public;
grant execute on function staging.count_changes() to hushu_staging;
