-- Grain: a code of a column after one run.
-- Inputs: $1 feed, $2 run, $3 columns, $4 codes, $5 rows.
insert into staging.share (feed, run, field, code, rows)
select $1, $2, * from unnest($3::text[], $4::text[], $5::int8[])
on conflict (feed, run, field, code) do nothing
