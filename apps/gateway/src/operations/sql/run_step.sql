-- grain: one step of a run, in order
-- inputs: $1 run
select step, relation, rows::float8 as rows, ms, at from runs.run_step where run = $1 order by id
