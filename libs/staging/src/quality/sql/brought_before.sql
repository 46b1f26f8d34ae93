-- Grain: one row: values and rows of a column in the deliveries it is compared with, the newest $5 of those between two runs.
-- Inputs: $1 feed, $2 column, $3 from this run, $4 before this run, $5 how many runs.
select coalesce(sum(good), 0)::float8 as good, coalesce(sum(total), 0)::float8 as total from (
  select good, total from staging.brought where feed = $1 and field = $2 and run >= $3 and run < $4 order by run desc limit $5) b
