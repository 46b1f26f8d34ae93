-- grain: one row: by key, rows that only the store had once a run was published, that only its replay has, and that say something else; closed rows that differ
-- inputs: the feed's rows and closed rows, those of the replay; $1 the runs published by then. No late run may have changed the history since
with held as (
  select :{state} from :{current} where run = any ($1::int4[])
  union all
  select :{state} from :{past} where run = any ($1::int4[]) and not closed_run = any ($1::int4[])
), apart as (
  select h.source_key as was, m.source_key as is_now
  from (select source_key, :{role} as role, row(:{state}) as said from held) h
  full join (select source_key, :{role} as role, row(:{state}) as said from :{made}) m on m.source_key = h.source_key and m.role = h.role
  where h.source_key is null or m.source_key is null or h.said is distinct from m.said
), closed as (
  (select :{state}, closed_as_of from :{past} where closed_run = any ($1::int4[]) except all select :{state}, closed_as_of from :{made_past})
  union all
  (select :{state}, closed_as_of from :{made_past} except all select :{state}, closed_as_of from :{past} where closed_run = any ($1::int4[]))
)
select count(*) filter (where is_now is null)::int4 as missing, count(*) filter (where was is null)::int4 as extra,
       count(*) filter (where was is not null and is_now is not null)::int4 as other, (select count(*) from closed)::int4 as past
  from apart
