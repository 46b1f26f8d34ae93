-- Grain: a code of a column in the deliveries it is compared with: the newest $5 of those between two runs.
-- Inputs: $1 feed, $2 column, $3 from this run, $4 before this run, $5 how many runs.
select code, sum(rows)::float8 as rows from staging.share
where feed = $1 and field = $2 and run in (
  select distinct s.run from staging.share s where s.feed = $1 and s.field = $2 and s.run >= $3 and s.run < $4 order by s.run desc limit $5)
group by code
