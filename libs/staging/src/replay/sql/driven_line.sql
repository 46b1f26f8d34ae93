-- grain: a row an order drives again in its place, with the line of the reject it answers
-- inputs: $1 the order, $2 only those that answer another reject than the order took, $3 after this row of its delivery, $4 at most so many
with page as materialized (
  select row_no, of_run, of_row, as_run, as_row from :{redriven}
  where redrive = $1::int4 and row_no > $3::int4 and (not $2::boolean or (of_run, of_row) <> (as_run, as_row)) order by row_no limit $4::int8
)
select p.row_no, p.of_run, p.of_row, p.as_run, p.as_row, r.raw
  from page p
 cross join lateral (select raw from staging.reject j where j.run = p.of_run and j.row_no = p.of_row and j.ordinal = 0) r
 order by p.row_no
