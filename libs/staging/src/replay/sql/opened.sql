-- grain: a rejected row of a delivery that was read again: it is open, once more where it was settled before
-- inputs: rejects of the run that keeps the delivery's; $1 the rows this reading rejected, null for all that are kept
with kept as materialized (
  select row_no, feed, source_key from staging.reject where run = :{rejects} and ordinal = 0 and ($1::int4[] is null or row_no = any ($1))
), reopened as (
  delete from :{reject_end} e using kept where e.run = :{rejects} and e.row_no = kept.row_no
)
insert into :{reject} (run, row_no, ordinal, feed, source_key)
select :{rejects}, row_no, 0, feed, source_key from kept
on conflict (run, row_no) do update set source_key = excluded.source_key
