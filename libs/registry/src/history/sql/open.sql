-- Grain: a version that holds now and was not there.
-- Inputs: timelines of affected persons, current versions.
with fresh as (
  insert into registry.:{table} (:{kept_columns})
  select d.person, $1::timestamptz, d.source_run, d.valid_from, :{d_stored}
  from reconcile.:{timeline} d
  where d.valid_to = 'infinity' and not exists (select from registry.:{table} c where c.person = d.person)
  returning person
)
insert into registry.touched (person, facet, op)
select person, :{facet_name}, 'I' from fresh
