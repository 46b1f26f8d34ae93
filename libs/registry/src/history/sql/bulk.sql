-- Grain: a person's first version of a facet, from the only row that speaks of it.
-- Inputs: the feed's rows whose person is their subject key; persons that more rows speak of are left to the long way.
insert into registry.:{table} (person, known_from, source_run, valid_from, :{columns})
select s.person, $1::timestamptz, s.run, case when :{since} <= $2::date then :{since} else $2::date end, :{values}
from reconcile.:{rows} s
where s.role = :{role} and (:{when})
  and not exists (select from reconcile.affected_person a where a.facet = :{facet} and a.person = s.person)
