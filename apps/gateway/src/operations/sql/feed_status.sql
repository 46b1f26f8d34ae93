-- grain: one feed that ever delivered
-- inputs: none
select feed, newest_as_of, published_at, held::float8 as held, active::float8 as active, runs::float8 as runs from runs.feed_status order by feed
