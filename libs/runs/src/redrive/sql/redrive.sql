-- grain: one order to drive rejects again and how far it is, newest first
-- inputs: $1 order, $2 feed, $3 state, each or null; $4 of these feeds or null; $5 before this order or null, $6 at most so many
select id, feed, filter, repaired_columns as "repairedColumns", by, state, step, matched, left_out as "leftOut", run,
       rows_done::float8 as "rowsDone", rows_expected::float8 as "rowsExpected", rows_per_second as "rowsPerSecond", eta_seconds as "etaSeconds",
       case when reason is not null then reason || jsonb_build_object('rule', reason_rule) end as reason, created_at as "createdAt", ended_at as "endedAt"
  from runs.redrive_progress
 where ($1::int4 is null or id = $1) and ($2::text is null or feed = $2) and ($3::text is null or state = $3)
   and ($4::text[] is null or feed = any ($4)) and ($5::int4 is null or id < $5)
 order by id desc limit $6
