-- Grain: a current row that the run removes.
-- Inputs: changes of the run.
delete from :{current} c using staging.change k
where k.run = :{run} and k.op = 'D' and c.source_key = k.source_key and :{role_of_current} = k.role
