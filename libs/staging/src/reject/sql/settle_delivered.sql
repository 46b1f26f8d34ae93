-- grain: an open reject of an earlier delivery of the feed whose source key this run takes, or rejects, again
-- inputs: open rejects of published runs, the run's table, removals and rejects; $1 the feed, $2 what a row that is taken makes of it
with taken as materialized (
  select source_key from :{fresh} union select source_key from staging.removal where run = :{run} and row_no is not null
), again as materialized (
  select source_key, min(row_no) as row_no from :{reject} where run = :{rejects} and ordinal = 0 and source_key is not null group by source_key
)
insert into :{reject_end} (run, row_no, how, by_run, by_row)
select r.run, r.row_no, case when t.source_key is not null then $2::text else 'rejected-again' end,
       case when t.source_key is not null then :{delivery}::int4 else :{rejects}::int4 end, case when t.source_key is null then a.row_no end
from :{reject} r
left join taken t on t.source_key = r.source_key
left join again a on a.source_key = r.source_key
where r.feed = $1::text and r.ordinal = 0 and r.run <> :{rejects} and (t.source_key is not null or a.source_key is not null)
  and :{told}
  and not exists (select 1 from :{reject_end} e where e.run = r.run and e.row_no = r.row_no)
on conflict do nothing
