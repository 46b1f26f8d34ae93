-- Grain: a version that has ended and that the hub learns of only now.
-- Inputs: timelines of affected persons, closed versions.
with late as (
  insert into registry.:{past} (:{kept_columns}, valid_to, known_to)
  select d.person, $1::timestamptz, d.source_run, d.valid_from, :{d_stored}, d.valid_to, $1::timestamptz
  from reconcile.:{timeline} d
  where d.valid_to < 'infinity'
    and not exists (
      select from registry.:{past} p
      where p.person = d.person and p.valid_from = d.valid_from and p.valid_to = d.valid_to and p.retracted_at = 'infinity'
        and row(d.source_feed, :{d_columns}) is not distinct from row((select a.feed from registry.applied a where a.run = p.source_run), :{p_columns}))
  returning person
)
insert into registry.touched (person, facet, op)
select person, :{facet_name}, 'C' from late
