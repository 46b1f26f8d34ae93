-- Grain: a row delivered in other words (spacing, quotes, encoding) with the content it had; it is known by its new hash from now on.
-- Inputs: the run's table, current rows, changes of the run.
with same as materialized (
  select f.* from :{fresh} f
  where not exists (select 1 from staging.change k where k.run = :{run} and k.source_key = f.source_key and k.role = :{role_of_fresh})
)
update :{current} c set row_hash = f.row_hash, stamp = f.stamp
from same f
where f.source_key = c.source_key and :{role_of_fresh} = :{role_of_current}
  and (f.row_hash <> c.row_hash or f.stamp is distinct from c.stamp)
