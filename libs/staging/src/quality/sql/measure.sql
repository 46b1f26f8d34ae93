-- Grain: a dimension and field of a feed after one run.
-- Inputs: $1 feed, $2 run, $3 dimensions, $4 fields, $5 good, $6 totals, $7 values, $8 before, $9 levels, $10 reasons.
insert into staging.measure (feed, run, dimension, field, good, total, value, before, level, because)
select $1, $2, * from unnest($3::text[], $4::text[], $5::int8[], $6::int8[], $7::float8[], $8::float8[], $9::text[], $10::text[])
on conflict (feed, run, dimension, field) do nothing
