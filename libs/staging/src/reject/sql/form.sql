-- grain: one run: how the raw lines of its rejects are to be read
-- inputs: $1 run
select columns, format from staging.reject_form where run = $1::int4
