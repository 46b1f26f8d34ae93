-- Grain: one row: source records that are new, changed and gone, where a record is a row a role.
-- Inputs: changes of the run.
select count(*) filter (where op = 'I') as added,
       count(*) filter (where op = 'U') as changed,
       count(*) filter (where op = 'D') as removed
from (
  select source_key,
         case when bool_and(op = 'I') and not bool_or(known) then 'I'
              when bool_and(op = 'D') and not bool_or(fresh) then 'D' else 'U' end as op
  from (
    select k.source_key, k.op,
           exists (select 1 from :{current} c where c.source_key = k.source_key) as known,
           exists (select 1 from :{fresh} f where f.source_key = k.source_key) as fresh
    from staging.change k where k.run = :{run}
  ) by_role
  group by source_key
) by_record
