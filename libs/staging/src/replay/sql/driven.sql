-- grain: a row an order drives again, with the reject it answers in its place: the one it took, or the open one in which that was rejected once more
-- inputs: the order's rows ($1 its number), rejects and what settled them by then
insert into :{redriven} (redrive, of_run, of_row, row_no, as_run, as_row)
with recursive chain as (
  select row_no, of_run as as_run, of_row as as_row, of_run, of_row, 0 as nth from staging.redriven where redrive = $1::int4
  union all
  select c.row_no, c.as_run, c.as_row, e.by_run, e.by_row, c.nth + 1
  from chain c join :{reject_end} e on e.run = c.of_run and e.row_no = c.of_row and e.how = 'rejected-again'
), head as (
  select distinct on (row_no) * from chain order by row_no, nth desc
), answer as (
  select h.*, h.nth > 0 and row_number() over (partition by h.of_run, h.of_row order by h.nth, h.row_no) = 1
              and exists (select 1 from :{reject} r where r.run = h.of_run and r.row_no = h.of_row)
              and not exists (select 1 from :{reject_end} e where e.run = h.of_run and e.row_no = h.of_row) as moved
  from head h
)
select $1::int4, case when moved then of_run else as_run end, case when moved then of_row else as_row end, row_no, as_run, as_row from answer
