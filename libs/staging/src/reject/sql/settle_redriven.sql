-- grain: a rejected row that this run drove again: mended, rejected again, or passed by
-- inputs: the order's rows ($1 its number), the run's table, removals and rejects
insert into :{reject_end} (run, row_no, how, by_run, by_row)
select m.of_run, m.of_row,
       case when j.row_no is not null then 'rejected-again' when f.row_no is not null or d.row_no is not null then 'mended' else 'superseded' end,
       :{delivery}::int4, case when j.row_no is not null or f.row_no is not null or d.row_no is not null then m.row_no end
from :{redriven} m
left join (select distinct row_no from :{fresh}) f on f.row_no = m.row_no
left join (select distinct row_no from staging.removal where run = :{run} and row_no is not null) d on d.row_no = m.row_no
left join :{reject} j on j.run = :{rejects} and j.row_no = m.row_no and j.ordinal = 0
where m.redrive = $1::int4
on conflict do nothing
