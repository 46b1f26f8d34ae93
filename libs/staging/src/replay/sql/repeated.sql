-- grain: an open reject of a delivery whose rows were delivered again, and rejected again, by one that is its repetition now
-- inputs: open rejects of the delivery before ($1 the run that keeps them), rejects of the repetition
insert into :{reject_end} (run, row_no, how, by_run, by_row)
select distinct on (r.row_no) r.run, r.row_no, 'rejected-again', :{rejects}::int4, j.row_no
from :{reject} r
join staging.reject j on j.run = :{rejects} and j.ordinal = 0 and j.source_key is not distinct from r.source_key
where r.run = $1::int4 and not exists (select 1 from :{reject_end} e where e.run = r.run and e.row_no = r.row_no)
order by r.row_no, j.row_no
