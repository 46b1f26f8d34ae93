-- grain: an open reject that a full delivery has neither rejected again nor brought in other words: it holds as it did, or is gone
-- inputs: open rejects of published runs, current rows and what the run takes away; $1 the feed
insert into :{reject_end} (run, row_no, how, by_run)
select r.run, r.row_no,
       case when exists (select 1 from :{current} c where c.source_key = r.source_key)
             and not exists (select 1 from staging.removal d where d.run = :{run} and d.source_key = r.source_key) then 'mended-by-supplier' else 'withdrawn' end,
       :{delivery}::int4
from :{reject} r
where r.feed = $1::text and r.ordinal = 0 and r.run <> :{rejects}
  and :{told}
  and not exists (select 1 from :{reject_end} e where e.run = r.run and e.row_no = r.row_no)
on conflict do nothing
