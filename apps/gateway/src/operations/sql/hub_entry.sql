-- grain: one feed a neighbour gives
-- inputs: $1 neighbour or null
select entry, fetched_at from exchange.entry_status where ($1::text is null or hub = $1) order by hub, feed
