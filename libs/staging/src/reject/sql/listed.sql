-- grain: one reject, newest run first, in the delivery's order
-- inputs: $1 run, $2 feed, $3 rule, $4 field, $5 township, $6 token of a value, $7 state, each or null; $8 of these feeds or null; $9 $10 $11 after this run, row and ordinal or null, $12 at most so many
select run, row_no::float8 as row_no, ordinal::float8 as ordinal, feed, rule, field, township, value_token as value, state, by_run, by_row::float8 as by_row
  from staging.reject_state
 where ($1::int4 is null or run = $1) and ($2::text is null or feed = $2) and ($3::text is null or rule = $3) and ($4::text is null or field = $4)
   and ($5::text is null or township = $5) and ($6::uuid is null or value_token = $6) and ($7::text is null or state = $7)
   and ($8::text[] is null or feed = any ($8))
   and ($9::int4 is null or (-run, row_no, ordinal) > (-$9::int4, $10::int8, $11::int8))
 order by -run, row_no, ordinal limit $12
