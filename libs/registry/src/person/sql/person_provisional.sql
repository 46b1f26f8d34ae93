-- Grain: a person who is not registered and whom a first delivery makes known, or of whom it speaks again when they were gone.
-- Inputs: provisional identity.
merge into registry.person p
using (select i.person, i.division from registry.provisional_identity i where i.source_run = $1::int4) n on n.person = p.person
when matched and p.kind = 'gone' then
  update set kind = 'provisional', status = null, division = n.division
when not matched then
  insert (person, kind, status, division, since_run) values (n.person, 'provisional', null, n.division, $1::int4)
