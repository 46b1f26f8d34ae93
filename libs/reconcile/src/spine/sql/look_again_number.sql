-- Grain: a number that a person whose registration changes holds or held, or held until now.
-- Inputs: those persons, the pool.
insert into reconcile.look_again (subject_key)
select p.document from reconcile.spine_person t join reconcile.subject p on p.document = t.person and p.person = t.person
union all
select p.document from reconcile.spine_person t join reconcile.subject p on p.person = t.person and p.document <> p.person
