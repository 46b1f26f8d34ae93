-- grain: a row this run drove again and rejected again, though its reject had been settled by another run meanwhile: nobody need drive it a third time
-- inputs: the order's rows ($1 its number), settled rejects, the run's rejects
insert into :{reject_end} (run, row_no, how, by_run, by_row)
select :{rejects}::int4, j.row_no, 'superseded', e.by_run, e.by_row
from :{redriven} m
join :{reject_end} e on e.run = m.of_run and e.row_no = m.of_row and e.by_run <> :{delivery}
join :{reject} j on j.run = :{rejects} and j.row_no = m.row_no and j.ordinal = 0
where m.redrive = $1::int4
on conflict do nothing
