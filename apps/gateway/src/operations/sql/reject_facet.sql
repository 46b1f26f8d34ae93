-- grain: one value of one facet, most frequent first, at most 100 a facet; each facet is counted under the filters of the others
-- inputs: $1 run, $2 feed, $3 rule, $4 field, each or null, $5 of these feeds or null
with visible as not materialized (
  select run, feed, rule, field from staging.reject_status where $5::text[] is null or feed = any($5)
),
counted as (
  select 'run' as facet, run::text as value, count(*) as rejects from visible
   where ($2::text is null or feed = $2) and ($3::text is null or rule = $3) and ($4::text is null or field = $4) group by run
  union all
  select 'feed', feed, count(*) from visible
   where ($1::int4 is null or run = $1) and ($3::text is null or rule = $3) and ($4::text is null or field = $4) group by feed
  union all
  select 'rule', rule, count(*) from visible
   where ($1::int4 is null or run = $1) and ($2::text is null or feed = $2) and ($4::text is null or field = $4) group by rule
  union all
  select 'field', field, count(*) from visible
   where ($1::int4 is null or run = $1) and ($2::text is null or feed = $2) and ($3::text is null or rule = $3) group by field
),
placed as (
  select c.*, row_number() over (partition by facet order by rejects desc, value) as place from counted c
)
select facet, value, rejects::float8 as rejects from placed where place <= 100 order by facet, place
