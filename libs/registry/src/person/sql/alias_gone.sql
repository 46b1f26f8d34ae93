-- Grain: a number that leads to an affected person no longer.
-- Inputs: affected persons, numbers as reconcile knows them.
delete from registry.document_alias a
using (select distinct person from reconcile.affected_person) w
where a.person = w.person
  and not exists (select from reconcile.document_alias k where k.document = a.document and k.person = a.person)
