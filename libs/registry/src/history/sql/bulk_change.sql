-- Grain: a chunk of persons who have a facet since a first delivery; rows that came together stay together.
-- Inputs: the feed's rows with their persons.
insert into registry.change (run, chunk, op, facet, persons)
select $1::int4, $2::int4 + (row_number() over ())::int4, 'I', :{facet_name}, persons
from (
  select array_agg(s.person) as persons
  from reconcile.:{rows} s
  where s.role = :{role} and (:{when})
    and not exists (select from reconcile.affected_person a where a.facet = :{facet} and a.person = s.person)
  group by s.row_no / 512
) chunk
