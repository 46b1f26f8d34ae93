-- grain: a run that is held because its feed is stopped, in its order in time
-- inputs: $1 feed
select id from runs.run where feed = $1 and state = 'held' and reason_rule = 'feed-stopped' order by as_of, id
