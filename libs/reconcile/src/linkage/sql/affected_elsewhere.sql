-- Grain: a person of a first delivery of whom another feed supplies the facet too or did.
-- Inputs: the feed's rows, the other feed's rows and exceptions.
insert into reconcile.affected (person, facet)
select person, :{facet}
from (
  select o.subject_key as person from :{other_current} o where o.role in (:{other_roles})
  union
  select o.subject_key from :{other_past} o where o.role in (:{other_roles})
  union
  select x.person from reconcile.crosswalk_exception x where x.feed = :{other_feed} and x.role in (:{other_roles}) and x.person is not null
) other
where exists (select from :{current} s where s.subject_key = other.person and s.role in (:{facet_roles}))
