-- grain: a row driven again, staged or said to be gone, whose reject was settled before the run took its turn; it takes no effect
-- inputs: the run's table and removals, the order's rows ($1 its number), settled rejects: by now, or by the runs of $2 where that is not null
with late as materialized (
  select m.row_no from staging.redriven m
  join staging.reject_end e on e.run = m.of_run and e.row_no = m.of_row
  where m.redrive = $1::int4 and ($2::int4[] is null or e.by_run = any ($2))
), staged as (
  delete from :{fresh} f using late where f.row_no = late.row_no returning f.row_no
), removed as (
  delete from staging.removal r using late where r.run = :{run} and r.row_no = late.row_no returning r.row_no
)
select (select count(distinct row_no) from staged)::int4 as staged, (select count(*) from removed)::int4 as removed
