-- Grain: a row that stood in a version which a replayed delivery leaves nobody: it never was, and speaks of nobody.
-- Inputs: changes of the run, the feed's rows and closed versions, the crosswalk before.
insert into reconcile.resolution (subject_key, source_key, feed, role, before, after)
select k.subject_key, k.source_key, :{feed}, k.role, case when x.subject_key is null then k.subject_key else x.person end, null
from (
  select old_subject as subject_key, source_key, role from staging.change where run = $1 and old_subject is not null
  union
  select new_subject, source_key, role from staging.change where run = $1 and new_subject is not null
) k
left join reconcile.crosswalk_exception x
  on x.subject_key = k.subject_key and x.feed = :{feed} and x.source_key = k.source_key and x.role = k.role
where not exists (select from :{current} s where s.subject_key = k.subject_key and s.source_key = k.source_key and s.role = k.role)
  and not exists (select from :{past} h where h.subject_key = k.subject_key and h.source_key = k.source_key and h.role = k.role)
