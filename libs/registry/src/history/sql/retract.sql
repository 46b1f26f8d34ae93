-- Grain: a closed version that the facet's timeline no longer has.
-- Inputs: affected persons, their timelines, closed versions.
with wrong as (
  update registry.:{past} p set retracted_at = $1::timestamptz
  from (select distinct person from reconcile.affected_person where facet = :{facet}) w
  where p.person = w.person and p.retracted_at = 'infinity' and p.valid_from < p.valid_to
    and not exists (
      select from reconcile.:{timeline} d
      where d.person = p.person and d.valid_from = p.valid_from and d.valid_to = p.valid_to
        and row(d.source_feed, :{d_columns}) is not distinct from row((select a.feed from registry.applied a where a.run = p.source_run), :{p_columns}))
  returning p.person
)
insert into registry.touched (person, facet, op)
select person, :{facet_name}, 'C' from wrong
