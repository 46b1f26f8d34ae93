-- Grain: a person and a facet of a row that speaks of somebody else now.
-- Inputs: rows decided again; which role of which feed supplies which facet.
insert into reconcile.affected (person, facet)
select person, facet
from (
  select unnest(array[r.before, r.after]) as person, f.facet
  from reconcile.resolution r
  join (values :{supplies}) f (feed, role, facet) on f.feed = r.feed and f.role = r.role
  where r.before is distinct from r.after
) relinked
where person is not null
