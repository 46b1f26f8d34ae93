-- grain: a row that the delivery rejected when it was published and, read again in what is its place now, rejects no more
-- inputs: rejects of the delivery; $1 the rows this reading rejected
with moot as (
  insert into :{reject} (run, row_no, ordinal, feed, source_key)
  select run, row_no, 0, feed, source_key from staging.reject where run = :{rejects} and ordinal = 0 and row_no <> all ($1::int4[])
  returning run, row_no
)
insert into :{reject_end} (run, row_no, how, by_run)
select run, row_no, 'superseded', :{delivery}::int4 from moot
