-- grain: a row driven again, staged or said to be gone, whose reject is open no more when the run takes its turn; it takes no effect
-- inputs: the run's table and removals, the order's rows ($1 its number), rejects and what settled them
with late as materialized (
  select m.row_no from :{redriven} m
  where m.redrive = $1::int4 and not exists (
    select 1 from :{reject} r
    where r.run = m.of_run and r.row_no = m.of_row and r.ordinal = 0
      and not exists (select 1 from :{reject_end} e where e.run = r.run and e.row_no = r.row_no)
  )
), staged as (
  delete from :{fresh} f using late where f.row_no = late.row_no returning f.row_no
), removed as (
  delete from staging.removal r using late where r.run = :{run} and r.row_no = late.row_no returning r.row_no
)
select (select count(distinct row_no) from staged)::int4 as staged, (select count(*) from removed)::int4 as removed
