-- Grain: a person whom another source record of the spine stands for, or another number, now that its story was told anew.
-- Inputs: exceptions of the spine before and now.
insert into reconcile.spine_person (person)
select unnest(array[d.person, d.subject_key])
from (
  (select subject_key, source_key, role, person from :{before}
   except select subject_key, source_key, role, person from reconcile.crosswalk_exception where feed = :{feed})
  union
  (select subject_key, source_key, role, person from reconcile.crosswalk_exception where feed = :{feed}
   except select subject_key, source_key, role, person from :{before})
) d
