-- Grain: a source record of the feed that a full delivery no longer names.
-- Inputs: current rows, the hashes the delivery did not repeat (unseen), the run's table, the rejects of its delivery.
with lacking as materialized (
  select distinct c.source_key from unseen u join :{current} c on c.row_hash = u.row_hash
)
insert into staging.removal (run, source_key)
select :{run}::int4, c.source_key
from lacking c
where not exists (select 1 from :{fresh} f where f.source_key = c.source_key)
  and not exists (select 1 from staging.reject r where r.run = :{rejects} and r.source_key = c.source_key)
