-- grain: a settled reject as a replay of its feed has it, kept under the negative of its run
-- inputs: rejects of the feed; $1 the feed
delete from staging.reject_end p
using staging.reject r
where r.feed = $1::text and r.ordinal = 0 and p.run = -r.run and p.row_no = r.row_no
