-- grain: one run
-- inputs: $1 runs
select run, feed, state, step, rows_done::float8 as "rowsDone", rows_expected::float8 as "rowsExpected", rows_per_second as "rowsPerSecond",
       eta_seconds as "etaSeconds", chunks::float8 as chunks, at
  from runs.run_progress where run = any ($1::int4[]) order by run
