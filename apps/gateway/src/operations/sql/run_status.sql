-- grain: one run, newest first
-- inputs: $1 before this run or null, $2 feed or null, $3 state or null, $4 at most so many, $5 of these feeds or null
select id, feed, file_name, mode, batch_no, as_of, accepted_at, state, first, rows_read::float8 as rows_read, rows_duplicate::float8 as rows_duplicate,
       rows_rejected::float8 as rows_rejected, rows_unchanged::float8 as rows_unchanged, rows_added::float8 as rows_added,
       rows_changed::float8 as rows_changed, rows_removed::float8 as rows_removed, rows_held::float8 as rows_held,
       warnings, reason_rule, reason, contract_version, started_at, ended_at, decided_by, attempts
  from runs.run_status
 where ($1::int4 is null or id < $1) and ($2::text is null or feed = $2) and ($3::text is null or state = $3) and ($5::text[] is null or feed = any($5))
 order by id desc limit $4
