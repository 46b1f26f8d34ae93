-- Grain: one row: source records that are new, changed and gone, where a record is one row.
-- Inputs: changes of the run.
select count(*) filter (where op = 'I') as added,
       count(*) filter (where op = 'U') as changed,
       count(*) filter (where op = 'D') as removed
from staging.change where run = :{run}
