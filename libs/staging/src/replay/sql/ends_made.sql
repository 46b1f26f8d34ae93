-- grain: a reject of a feed that its replay has settled, so or at all
-- inputs: rejects; what the replay made of them, kept under the negatives of their runs; $1 the feed
insert into staging.reject_end (run, row_no, how, by_run, by_row)
select r.run, r.row_no, p.how, p.by_run, p.by_row
from staging.reject r
join staging.reject_end p on p.run = -r.run and p.row_no = r.row_no
where r.feed = $1::text and r.ordinal = 0
on conflict do nothing
