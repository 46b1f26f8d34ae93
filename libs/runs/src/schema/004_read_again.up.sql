create function runs.forget_chunks(of_run int4) returns void
language sql security definer set search_path = runs, pg_temp as $$
  delete from runs.chunk where run = of_run;
$$;
comment on function runs.forget_chunks(int4) is 'What was staged is not what the delivery says any more: a new worker begins at its first row.';

revoke all on function runs.forget_chunks(int4) from public;
grant execute on function runs.forget_chunks(int4) to hushu_staging;
