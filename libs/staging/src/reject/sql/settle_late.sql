-- grain: a reject of a late delivery whose record a delivery that takes effect after it has brought: there is nothing left to mend
-- inputs: the late run's rejects, current rows; $1 when the late delivery takes effect
insert into staging.reject_end (run, row_no, how, by_run)
select distinct on (r.row_no) r.run, r.row_no, 'superseded', c.run
from staging.reject r
join :{current} c on c.source_key = r.source_key
join runs.run_status s on s.id = c.run
where r.run = :{run} and r.ordinal = 0 and c.run <> :{run} and s.as_of > $1::timestamptz
order by r.row_no, c.run
on conflict do nothing
