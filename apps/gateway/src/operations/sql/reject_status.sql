-- grain: one reject, newest run first, in the delivery's order
-- inputs: $1 run or null, $2 feed or null, $3 rule or null, $4 field or null, $5 $6 $7 after this run, row and ordinal or null, $8 at most so many, $9 of these feeds or null
select run, row_no::float8 as row_no, ordinal::float8 as ordinal, feed, rule, field
  from staging.reject_status
 where ($1::int4 is null or run = $1) and ($2::text is null or feed = $2) and ($3::text is null or rule = $3) and ($4::text is null or field = $4)
   and ($9::text[] is null or feed = any($9))
   and ($5::int4 is null or (-run, row_no, ordinal) > (-$5::int4, $6::int8, $7::int8))
 order by -run, row_no, ordinal limit $8
