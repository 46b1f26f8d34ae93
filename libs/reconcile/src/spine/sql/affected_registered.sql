-- Grain: a person whose registration a delta changes, and each facet the spine supplies, with what others say of who they are.
-- Inputs: those persons.
insert into reconcile.affected (person, facet)
select t.person, f.facet
from reconcile.spine_person t
cross join (values :{own_facets}, ('provisional_identity')) f (facet)
