-- Grain: a standard address that the register changes or removes.
-- Inputs: changes of the run.
delete from reconcile.standard_address a
using staging.change k
where k.run = $1 and a.source_key = k.source_key
