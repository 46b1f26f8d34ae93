-- grain: a settled reject of a feed that its replay tells otherwise, or leaves open
-- inputs: settled rejects; those of the replay, kept under the negatives of their runs; $1 the feed
delete from staging.reject_end e
using staging.reject r
where r.feed = $1::text and r.ordinal = 0 and e.run = r.run and e.row_no = r.row_no
  and not exists (
    select 1 from staging.reject_end p
    where p.run = -e.run and p.row_no = e.row_no and p.how = e.how and p.by_run = e.by_run and p.by_row is not distinct from e.by_row
  )
