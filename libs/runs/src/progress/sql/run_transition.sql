-- grain: one state a run came into, oldest first
-- inputs: $1 run or null for all, $2 after this one, $3 at most so many
select id::float8 as id, run, feed, state, again, at
  from runs.run_transition where ($1::int4 is null or run = $1::int4) and id > $2::int8 order by id limit $3
