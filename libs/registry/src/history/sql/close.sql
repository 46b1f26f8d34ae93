-- Grain: a current version that is not what the facet's timeline says now: it is closed, or was never so.
-- Inputs: affected persons, their timelines, current versions.
with gone as (
  delete from registry.:{table} c
  using (select distinct person from reconcile.affected_person where facet = :{facet}) w
  where c.person = w.person
    and not exists (
      select from reconcile.:{timeline} d
      where d.person = c.person and d.valid_from = c.valid_from and d.valid_to = 'infinity'
        and row(d.source_feed, :{d_columns}) is not distinct from row((select a.feed from registry.applied a where a.run = c.source_run), :{c_columns}))
  returning :{c_kept}
),
kept as (
  insert into registry.:{past} (:{kept_columns}, valid_to, known_to)
  select :{g_kept}, coalesce(d.valid_to, g.valid_from), $1::timestamptz
  from gone g
  left join reconcile.:{timeline} d
    on d.person = g.person and d.valid_from = g.valid_from and row(d.source_feed, :{d_columns}) is not distinct from row((select a.feed from registry.applied a where a.run = g.source_run), :{g_columns})
)
insert into registry.touched (person, facet, op)
select person, :{facet_name}, 'D' from gone
