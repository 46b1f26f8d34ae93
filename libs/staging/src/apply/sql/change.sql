-- Grain: a row to which the run gives other content, in its place.
-- Inputs: the run's table, changes of the run.
update :{current} c set (:{columns}) = row(:{fresh_columns})
from staging.change k
join :{fresh} f on f.source_key = k.source_key and :{role_of_fresh} = k.role
where k.run = :{run} and k.op = 'U' and c.source_key = k.source_key and :{role_of_current} = k.role
