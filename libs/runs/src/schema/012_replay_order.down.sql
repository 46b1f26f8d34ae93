drop view runs.newest_whole;
drop view runs.run_copy;
drop view runs.replay_status;
create or replace function runs.commit_chunk(of_run int4, to_row int4, of_rows int4, of_rejects int4) returns void
language sql security definer set search_path = runs, pg_temp as $$
  insert into runs.chunk (run, last_row, rows, rejects) values (of_run, to_row, of_rows, of_rejects);
$$;
create or replace function runs.check_fence(of_run int4, of_token int8) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
begin
  perform 1 from runs.run where id = of_run and token = of_token and lease_by is not null for key share;
  if not found then
    raise exception 'HUSHU fence: run % is no longer held under token %', of_run, of_token using errcode = 'HU001';
  end if;
end $$;
drop table runs.replay;
drop table runs.copy_end;
alter table runs.run drop column state_shape, drop column state_now, drop column state_past;
