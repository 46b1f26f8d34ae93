-- Grain: a conflict between suppliers of one facet of an affected person.
-- Inputs: affected persons.
delete from reconcile.conflict k
using (select distinct person from reconcile.affected where facet = :{relation}) a
where k.person = a.person and k.facet = :{facet} :{not_registered}
