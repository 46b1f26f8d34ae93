-- Grain: one row a run that has something private to it in staging: its table, the shadows of its replay, removals or changes; of an order to replay, the negative of its number.
-- Inputs: the catalogue; staging.removal and staging.change, run by run through their indexes.
with recursive removing (run) as (
  select min(run) from staging.removal
  union all
  select (select min(r.run) from staging.removal r where r.run > removing.run) from removing where removing.run is not null
), changing (run) as (
  select min(run) from staging.change
  union all
  select (select min(c.run) from staging.change c where c.run > changing.run) from changing where changing.run is not null
)
select substring(relname from '_r(-?[0-9]+)(?:_now|_past)?$')::int4 as run from pg_class
where relnamespace = 'staging'::regnamespace and relkind = 'r' and relname ~ '_r-?[0-9]+(_now|_past)?$'
union select run from removing where run is not null
union select run from changing where run is not null
order by run
