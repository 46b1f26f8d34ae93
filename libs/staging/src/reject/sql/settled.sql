-- grain: one way in which a run settled rejects of one earlier run that broke one rule in one column, most frequent first, at most 500
-- inputs: $1 run
select how, of_run as "ofRun", rule, field, rejects::float8 as rejects
  from staging.reject_settled where by_run = $1::int4 order by rejects desc, of_run desc, how, rule, field limit 500
