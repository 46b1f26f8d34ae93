-- grain: one rule and column that rows of a run broke, most frequent first, at most 200
-- inputs: $1 run
with ranked as (
  select feed, rule, field, row_no, row_number() over (partition by rule, field order by row_no, ordinal) as place
    from staging.reject_status where run = $1
)
select feed, rule, field, count(*)::float8 as rejects, (array_agg(row_no order by row_no) filter (where place <= 5))::float8[] as examples
  from ranked group by feed, rule, field order by count(*) desc, rule, field limit 200
