-- Grain: a person of whom a delivery touched who they are or how they are registered: whether registered, with what status, where.
-- Inputs: persons touched by this apply, identity, registration.
merge into registry.person p
using (
  select w.person,
         case when r.person is not null then 'registered' when i.person is not null then 'provisional' else 'gone' end as kind,
         g.status, case when r.person is not null then g.division else i.division end as division
  from (select distinct person from registry.touched where facet in ('identity', 'registration')) w
  left join registry.registered_identity r on r.person = w.person
  left join registry.registration_row g on g.person = w.person
  left join registry.provisional_identity i on i.person = w.person
) n on n.person = p.person
when matched and (p.kind, p.status, p.division) is distinct from (n.kind, n.status, n.division) then
  update set kind = n.kind, status = n.status, division = n.division
when not matched and n.kind <> 'gone' then
  insert (person, kind, status, division, since_run) values (n.person, n.kind, n.status, n.division, $1::int4)
