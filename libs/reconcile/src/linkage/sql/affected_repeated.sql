-- Grain: a person of whom more than one row of a first delivery speaks, or one that is linked otherwise, and each facet the feed supplies.
-- Inputs: subject keys that the link found repeated, the feed's exceptions and closed versions.
insert into reconcile.affected (person, facet)
select p.person, f.facet
from (
  select subject_key as person from reconcile.repeated
  union
  select person from reconcile.crosswalk_exception where feed = :{feed} and person is not null
  union
  select h.subject_key from :{past} h
) p
cross join (values :{own_facets}) f (facet)
