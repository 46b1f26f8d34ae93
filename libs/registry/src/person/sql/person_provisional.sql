-- Grain: a person who is not registered and whom a first delivery makes known.
-- Inputs: provisional identity.
insert into registry.person (person, kind, status, division, since_run)
select i.person, 'provisional', null, i.division, $1::int4
from registry.provisional_identity i
where i.source_run = $1::int4 and not exists (select from registry.person p where p.person = i.person)
