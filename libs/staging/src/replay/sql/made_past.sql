-- Grain: a closed row as the replay has it.
-- Inputs: closed rows of the replay, changes of the run.
insert into :{past} (:{columns}, closed_as_of, closed_known, closed_run)
select :{columns}, closed_as_of, closed_known, closed_run from :{made_past} where source_key in (select source_key from staging.change where run = :{run})
