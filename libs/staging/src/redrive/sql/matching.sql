-- grain: one rejected row that is open and that a filter names, of a published run, in the order it was delivered
-- inputs: $1 feed; $2 run, $3 row, $4 rule, $5 field, $6 township, $7 token of a value, each or null; all given must hold of one broken rule
select r.run as of_run, r.row_no as of_row
  from staging.reject r
  join runs.run_status s on s.id = r.run and s.state = 'published'
 where r.feed = $1::text and ($2::int4 is null or r.run = $2) and ($3::int4 is null or r.row_no = $3)
   and ($4::text is null or r.rule = $4) and ($5::text is null or r.field = $5)
   and ($6::text is null or r.township = $6) and ($7::uuid is null or r.value_token = $7)
   and not exists (select 1 from staging.reject_end e where e.run = r.run and e.row_no = r.row_no)
 group by r.run, r.row_no
 order by r.run, r.row_no
