-- grain: one run: whether its delivery is kept, and the hashes of what its feed held once it was published
-- inputs: $1 run
select kept, removed_at, removed_by, state_shape, state_now, state_past from runs.run_copy where run = $1::int4
