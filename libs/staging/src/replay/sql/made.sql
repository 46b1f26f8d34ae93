-- Grain: a row that holds as the replay has it.
-- Inputs: rows of the replay, changes of the run.
insert into :{current} (:{columns})
select :{columns} from :{made} where source_key in (select source_key from staging.change where run = :{run})
