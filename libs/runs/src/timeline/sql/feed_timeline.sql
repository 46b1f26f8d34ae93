-- grain: one thing that happened to a feed, newest first
-- inputs: $1 feed, $2 $3 $4 before this time (microseconds), source and id, or null, $5 at most so many
select feed, at, at_us::float8 as "atUs", source, id::float8 as id, kind, run, by,
       case when detail ? 'asOf' then jsonb_set(detail, '{asOf}', to_jsonb(to_char((detail->>'asOf')::timestamptz at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')))
            else detail end as detail
  from runs.feed_timeline
 where feed = $1 and ($2::int8 is null or (at_us, source, id) < ($2::int8, $3::int4, $4::int8))
 order by at_us desc, source desc, id desc limit $5
