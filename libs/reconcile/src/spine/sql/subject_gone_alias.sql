-- Grain: another number of a person whose registration changes.
-- Inputs: those persons.
delete from reconcile.subject p using reconcile.spine_person t
where p.person = t.person and p.document <> p.person
