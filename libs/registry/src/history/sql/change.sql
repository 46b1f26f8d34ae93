-- Grain: a chunk of at most 512 persons whose facet changed in one way.
-- Inputs: persons touched by this apply.
insert into registry.change (run, chunk, op, facet, persons)
select $1::int4, $2::int4 + (row_number() over (order by facet, op, chunk))::int4, op, facet, persons
from (
  select facet, op, chunk, array_agg(person) as persons
  from (
    select facet, person, op, (row_number() over (partition by facet, op order by person) - 1) / 512 as chunk
    from (
      select facet, person,
             (case when bool_or(op = 'D') and bool_or(op = 'I') then 'U' when bool_or(op = 'I') then 'I' when bool_or(op = 'D') then 'D' else 'C' end)::"char" as op
      from registry.touched
      group by facet, person
    ) said
  ) numbered
  group by facet, op, chunk
) chunks
