create or replace function runs.check_fence(of_run int4, of_token int8) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
begin
  perform 1 from runs.run where id = of_run and token = of_token for share;
  if not found then
    raise exception 'HUSHU fence: run % is no longer held under token %', of_run, of_token using errcode = 'HU001';
  end if;
end $$;
