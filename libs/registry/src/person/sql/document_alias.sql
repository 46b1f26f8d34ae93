-- Grain: a number that leads to a person known by another key.
-- Inputs: affected persons, numbers as reconcile knows them.
insert into registry.document_alias (document, person)
select k.document, k.person
from (select distinct person from reconcile.affected_person) w
join reconcile.document_alias k on k.person = w.person
on conflict do nothing
