-- Grain: a row that the run changes or removes, kept as it was.
-- Inputs: current rows, changes of the run.
insert into :{past} (:{columns}, closed_as_of, closed_known, closed_run)
select :{current_columns}, $1::timestamptz, $2::timestamptz, :{delivery}::int4
from staging.change k
join :{current} c on c.source_key = k.source_key and :{role_of_current} = k.role
where k.run = :{run} and k.op in ('U', 'D')
