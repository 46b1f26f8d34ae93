-- grain: the fetch of a feed that failed for what its source has, due at once
-- inputs: $1 feed
update runs.fetch set asked_at = clock_timestamp(), due_at = least(due_at, clock_timestamp())
 where feed = $1 and outcome = 'failed' and reason_rule = 'transport-source'
