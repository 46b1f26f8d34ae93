-- Grain: a person who was provisional until the spine's first delivery.
-- Inputs: registered identity, registration.
update registry.person p set kind = 'registered', status = g.status, division = g.division
from registry.registered_identity r
left join registry.registration_row g on g.person = r.person
where r.person = p.person and p.kind <> 'registered'
