-- Grain: a fresh row, or a removal, that is older than the version that holds; it takes no effect.
-- Inputs: the run's table and removals, current rows, both with the supplier's change stamp.
with older as (
  delete from :{fresh} f using :{current} c
  where c.source_key = f.source_key and f.stamp < c.stamp
)
delete from staging.removal r using :{current} c
where r.run = :{run} and c.source_key = r.source_key and r.stamp < c.stamp
