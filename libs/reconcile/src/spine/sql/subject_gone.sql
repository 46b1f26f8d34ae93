-- Grain: a number that keys a person whose registration changes.
-- Inputs: those persons.
delete from reconcile.subject p using reconcile.spine_person t
where p.document = t.person and p.person = t.person
