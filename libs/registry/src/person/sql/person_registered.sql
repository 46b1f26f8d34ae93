-- Grain: a person whom the spine's first delivery makes known.
-- Inputs: registered identity, registration.
insert into registry.person (person, kind, status, division, since_run)
select r.person, 'registered', g.status, g.division, $1::int4
from registry.registered_identity r
left join registry.registration_row g on g.person = r.person
where not exists (select from registry.person p where p.person = r.person)
