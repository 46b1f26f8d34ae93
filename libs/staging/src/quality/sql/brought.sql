-- Grain: a column of the rows a delta brought.
-- Inputs: $1 feed, $2 run, $3 columns, $4 good, $5 totals.
insert into staging.brought (feed, run, field, good, total)
select $1, $2, * from unnest($3::text[], $4::int8[], $5::int8[])
on conflict (feed, run, field) do nothing
