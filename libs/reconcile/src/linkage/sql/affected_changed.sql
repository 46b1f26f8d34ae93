-- Grain: a person and a facet of a row that a delta changed.
-- Inputs: changes of the run, rows decided again; which role of the feed supplies which facet.
insert into reconcile.affected (person, facet)
select person, facet
from (
  select unnest(array[r.before, r.after]) as person, f.facet
  from staging.change k
  join reconcile.resolution r on r.feed = :{feed} and r.source_key = k.source_key and r.role = k.role
  join (values :{own_supplies}) f (feed, role, facet) on f.role = r.role
  where k.run = $1
) changed
where person is not null
