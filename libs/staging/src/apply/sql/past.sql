-- Grain: a version of a staged row that holds no longer.
-- Inputs: current rows that the run changes or removes.
insert into :{past} (:{columns}, closed_as_of, closed_known, closed_run)
select :{current_columns}, $1::timestamptz, $2::timestamptz, :{run}::int4
from staging.change k
join :{current} c on c.source_key = k.source_key and :{role_of_current} = k.role
where k.run = :{run} and k.op in ('U', 'D')
