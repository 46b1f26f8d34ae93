-- grain: one row an order drives again, with its raw line
-- inputs: $1 the order, $2 after this row of its delivery, $3 at most so many
select m.row_no, m.of_run, m.of_row, r.raw
  from staging.redriven m
  join staging.reject r on r.run = m.of_run and r.row_no = m.of_row and r.ordinal = 0
 where m.redrive = $1::int4 and m.row_no > $2::int4
 order by m.row_no
 limit $3::int8
