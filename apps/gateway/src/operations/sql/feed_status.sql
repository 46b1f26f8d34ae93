-- grain: one feed that ever delivered
-- inputs: $1 of these feeds or null
select feed, newest_as_of, published_at, held::float8 as held, active::float8 as active, runs::float8 as runs from runs.feed_status where ($1::text[] is null or feed = any($1)) order by feed
