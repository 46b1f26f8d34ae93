-- grain: one value of one facet, most frequent first, at most 100 a facet; each facet is counted under the filters of the others
-- inputs: $1 run, $2 feed, $3 rule, $4 field, $5 township, $6 token of a value, $7 state, each or null; $8 of these feeds or null
with told as (
  select *, ($1::int4 is null or run = $1)::int as a, ($2::text is null or feed = $2)::int as b, ($3::text is null or rule = $3)::int as c,
         coalesce($4::text is null or field = $4, false)::int as d, coalesce($5::text is null or township = $5, false)::int as e,
         coalesce($6::uuid is null or value_token = $6, false)::int as f, ($7::text is null or state = $7)::int as g
  from staging.reject_state where $8::text[] is null or feed = any ($8)
), counted as (
  select v.facet, v.value, count(*) as rejects
  from told cross join lateral (values
    ('run', run::text, a), ('feed', feed, b), ('rule', rule, c), ('field', field, d), ('township', township, e), ('value', value_token::text, f), ('state', state, g)
  ) v (facet, value, own)
  where a + b + c + d + e + f + g - v.own = 6
  group by v.facet, v.value
), placed as (
  select c.*, row_number() over (partition by facet order by rejects desc, value) as place from counted c
)
select facet, value, rejects::float8 as rejects from placed where place <= 100 order by facet, place
