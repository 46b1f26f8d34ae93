-- Grain: a dimension and field, with its share after the newest measured run before this one.
-- Inputs: $1 feed, $2 run.
select dimension, field, value from staging.measure
where feed = $1 and run = (select max(m.run) from staging.measure m where m.feed = $1 and m.run < $2)
