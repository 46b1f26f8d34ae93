-- Grain: a person whose registration a delta changes.
-- Inputs: changes of the run, exceptions of the spine.
insert into reconcile.spine_person (person)
select coalesce(x.person, k.subject_key)
from (
  select old_subject as subject_key, source_key, role from staging.change where run = $1 and old_subject is not null
  union
  select new_subject, source_key, role from staging.change where run = $1 and new_subject is not null
) k
left join reconcile.crosswalk_exception x
  on x.subject_key = k.subject_key and x.feed = :{feed} and x.source_key = k.source_key and x.role = k.role
union
select person from reconcile.subject where document in (select new_subject from staging.change where run = $1)
