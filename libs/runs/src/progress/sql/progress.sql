-- grain: one run, while the lease holds it is told under
-- inputs: $1 run, $2 token, $3 step, $4 rows begun with, $5 rows done, $6 rows expected or null, $7 the step begins
insert into runs.progress as known (run, token, step, rows_begun, rows_done, rows_expected, begun_at, at)
select id, $2::int8, $3::text, $4::int8, $5::int8, $6::int8, clock_timestamp(), clock_timestamp() from runs.run where id = $1::int4 and token = $2::int8 and lease_by is not null
on conflict (run) do update set
  token = excluded.token, step = excluded.step, rows_begun = excluded.rows_begun, rows_done = excluded.rows_done, rows_expected = excluded.rows_expected,
  begun_at = case when $7::boolean then excluded.begun_at else known.begun_at end, at = excluded.at
  where known.token <= excluded.token
returning pg_notify('hushu_run', run::text)
