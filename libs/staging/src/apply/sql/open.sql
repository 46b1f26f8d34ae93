-- Grain: a row that the run brings for the first time.
-- Inputs: the run's table, changes of the run.
insert into :{current} (:{columns})
select :{fresh_columns}
from staging.change k
join :{fresh} f on f.source_key = k.source_key and :{role_of_fresh} = k.role
where k.run = :{run} and k.op = 'I'
