-- Grain: a provisional identity of a person whom the spine's first delivery registers: it was never theirs.
-- Inputs: registered and provisional identity.
with gone as (
  delete from registry.provisional_identity c using registry.registered_identity r
  where r.person = c.person
  returning c.*
),
kept as (
  insert into registry.provisional_identity_past (:{kept_columns}, valid_to, known_to)
  select :{g_kept}, g.valid_from, $1::timestamptz from gone g
),
closed as (
  update registry.provisional_identity_past p set retracted_at = $1::timestamptz
  from registry.registered_identity r
  where r.person = p.person and p.retracted_at = 'infinity' and p.valid_from < p.valid_to
)
insert into registry.touched (person, facet, op)
select person, 'identity', 'D' from gone
