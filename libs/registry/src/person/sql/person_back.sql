-- Grain: a person who was gone and of whom a first delivery speaks.
-- Inputs: provisional identity.
update registry.person p set kind = 'provisional', status = null, division = i.division
from registry.provisional_identity i
where i.source_run = $1::int4 and i.person = p.person and p.kind = 'gone'
