-- Grain: a jump in a feed's inbox that waits for people, and the last that was accepted: the new normal.
-- Inputs: $1 feed, $2 the run.
select distinct on (kind, field, state = 'accepted') kind, field, state, first_run as "firstRun", detail from runs.feed_drift
where feed = $1 and kind in ('null-rate', 'distribution') and state in ('open', 'stopped', 'accepted') and first_run <= $2
order by kind, field, state = 'accepted', id desc
