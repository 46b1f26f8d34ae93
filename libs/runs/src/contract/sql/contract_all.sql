-- grain: one feed whose contract is in force
-- inputs: none
select feed, version, definition, applied_at as "appliedAt" from runs.feed_contract order by feed
