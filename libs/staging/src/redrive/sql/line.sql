-- grain: one row an order drives again, with its raw line
-- inputs: $1 the order, $2 after this row of its delivery, $3 at most so many; the page is cut first, whatever the planner knows of rows just written
with page as materialized (
  select row_no, of_run, of_row from staging.redriven where redrive = $1::int4 and row_no > $2::int4 order by row_no limit $3::int8
)
select p.row_no, p.of_run, p.of_row, r.raw
  from page p
 cross join lateral (select raw from staging.reject j where j.run = p.of_run and j.row_no = p.of_row and j.ordinal = 0) r
 order by p.row_no
