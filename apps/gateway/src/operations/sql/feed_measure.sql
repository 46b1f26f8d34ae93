-- grain: one dimension and field of a feed after one run, newest run first
-- inputs: $1 feed, $2 dimension, $3 field, $4 level, each or null; $5 $6 after this run and ordinal or null; $7 at most so many; $8 only these feeds or null
select * from (
  select m.feed, m.run, r.as_of, m.dimension, nullif(m.field, '') as field, m.value, m.before, m.good::float8 as good, m.total::float8 as total, m.level, m.because,
         row_number() over (partition by m.run order by m.dimension, m.field)::float8 as ordinal
    from staging.feed_measure m join runs.run_status r on r.id = m.run
   where ($1::text is null or m.feed = $1) and ($2::text is null or m.dimension = $2) and ($3::text is null or m.field = $3) and ($4::text is null or m.level = $4)
     and ($5::int4 is null or m.run <= $5) and ($8::text[] is null or m.feed = any ($8))
) measured
 where $5::int4 is null or (-run, ordinal) > (-$5::int4, $6::float8)
 order by -run, ordinal limit $7
