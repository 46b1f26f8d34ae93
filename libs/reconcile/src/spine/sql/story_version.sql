-- Grain: a version of a source record of the spine, with the places in time of the deliveries that opened and closed it.
-- Inputs: the spine's rows and closed versions, the run ledger.
with place as materialized (
  select id, (row_number() over (order by as_of, id))::int4 as nth from runs.run_status
  where feed = :{feed} and (state = 'published' or id = :{run})
)
select s.source_key, s.role, s.subject_key, p.nth as opened, p.id as run, null::int4 as closed, null::timestamptz as closed_as_of, null::int4 as closed_run
from :{current} s join place p on p.id = s.run
union all
select h.source_key, h.role, h.subject_key, p.nth, p.id, c.nth, h.closed_as_of, h.closed_run
from :{past} h join place p on p.id = h.run join place c on c.id = h.closed_run
