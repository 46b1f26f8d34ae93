-- Grain: a (source key, role) of which what holds, or what held, is not as the replay has it; once more for each other subject that stands in one of its versions.
-- Inputs: the feed's rows and closed rows, those of the replay.
insert into staging.change (run, op, source_key, role, old_subject, new_subject)
with key as materialized (
  select source_key from (select :{columns} from :{current} except all select :{columns} from :{made}) held
  union select source_key from (select :{columns} from :{made} except all select :{columns} from :{current}) holds
  union select source_key from (select :{columns}, closed_as_of, closed_run from :{past} except all select :{columns}, closed_as_of, closed_run from :{made_past}) was
  union select source_key from (select :{columns}, closed_as_of, closed_run from :{made_past} except all select :{columns}, closed_as_of, closed_run from :{past}) is_past
),
stood as (
  select 'live' as side, source_key, :{role} as role, :{subject} as subject from :{current} where source_key in (select source_key from key)
  union select 'made', source_key, :{role}, :{subject} from :{made} where source_key in (select source_key from key)
  union select 'past', source_key, :{role}, :{subject} from :{past} where source_key in (select source_key from key)
  union select 'past', source_key, :{role}, :{subject} from :{made_past} where source_key in (select source_key from key)
),
said as (
  select source_key, role, count(*) filter (where side = 'live') as live, count(*) filter (where side = 'made') as made,
         (array_agg(subject) filter (where side = 'live'))[1] as old_subject, (array_agg(subject) filter (where side = 'made'))[1] as new_subject
  from stood group by source_key, role
)
select :{run}::int4, (case when live = 0 and made > 0 then 'I' when live > 0 and made = 0 then 'D' else 'U' end)::"char", source_key, role, old_subject, new_subject from said
union all
select :{run}::int4, 'U', p.source_key, p.role, p.subject, null
from stood p join said s on s.source_key = p.source_key and s.role = p.role
where p.side = 'past' and p.subject is distinct from s.old_subject and p.subject is distinct from s.new_subject
