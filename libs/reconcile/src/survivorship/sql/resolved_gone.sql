-- Grain: a resolved value of one facet of an affected person.
-- Inputs: affected persons.
delete from reconcile.resolved_value v
using (select distinct person from reconcile.affected where facet = :{relation}) a
where v.person = a.person and v.facet = :{facet}
