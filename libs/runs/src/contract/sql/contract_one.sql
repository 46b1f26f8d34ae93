-- grain: the contract of one feed, as it was applied
-- inputs: $1 feed
select feed, version, definition, applied_at as "appliedAt" from runs.feed_contract where feed = $1::text
