-- grain: one decision of a person about one run, in order
-- inputs: $1 run
select verb, by, reason, lapsed, at from runs.run_decision where run = $1 order by id
