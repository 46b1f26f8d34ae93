-- grain: a run that was refused or held since an entry of the inbox was seen first, and can be read again
-- inputs: $1 feed, $2 first run of the entry
select id from runs.run
 where feed = $1 and id >= $2 and (state = 'refused' and reason_rule in ('file-columns', 'key-contested') or state = 'held' and reason_rule not in ('delivery-late', 'delivery-shrinks', 'feed-stopped'))
 order by as_of, id limit 50
