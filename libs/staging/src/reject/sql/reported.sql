-- grain: one open rejected row of a feed with its raw line and all rules it broke, in the order of the deliveries
-- inputs: $1 feed, $2 run or null, $3 $4 after this run and row, $5 at most so many
select r.run, r.row_no, r.raw, b.broken, b.rules
  from staging.reject r
  join runs.run_status s on s.id = r.run and s.state = 'published'
 cross join lateral (
   select string_agg(coalesce(a.field || ':', '') || a.rule, ' ' order by a.ordinal) as broken, string_agg(a.rule, ' ' order by a.ordinal) as rules
     from staging.reject a where a.run = r.run and a.row_no = r.row_no
 ) b
 where r.feed = $1::text and ($2::int4 is null or r.run = $2) and r.ordinal = 0 and (r.run, r.row_no) > ($3::int4, $4::int4)
   and not exists (select 1 from staging.reject_end e where e.run = r.run and e.row_no = r.row_no)
 order by r.run, r.row_no limit $5::int8
