-- Grain: a closed row of a source key of which the replay has it otherwise.
-- Inputs: changes of the run.
delete from :{past} where source_key in (select source_key from staging.change where run = :{run})
