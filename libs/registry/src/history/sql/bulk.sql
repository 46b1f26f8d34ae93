-- Grain: a person's first version of a facet, from the only row that speaks of it, and a chunk of such persons; rows that came together stay together.
-- Inputs: the feed's rows whose person is their subject key; persons that more rows speak of are left to the long way.
with filled as (
  insert into registry.:{table} (person, known_from, source_run, valid_from, :{columns})
  select s.person, $1::timestamptz, s.run, case when :{since} <= $2::date then :{since} else $2::date end, :{values}
  from reconcile.:{rows} s
  where s.role = :{role} and (:{when})
    and not exists (select from reconcile.affected_person a where a.facet = :{facet} and a.person = s.person)
  returning person
),
noted as (
  insert into registry.change (run, chunk, op, facet, persons)
  select $3::int4, $4::int4 + (row_number() over ())::int4, 'I', :{facet_name}, persons
  from (
    select array_agg(person) as persons
    from (select person, (row_number() over () - 1) / 512 as nth from filled) numbered
    group by nth
  ) chunk
  returning chunk
)
select (select count(*) from filled) as persons, (select count(*) from noted) as chunks
