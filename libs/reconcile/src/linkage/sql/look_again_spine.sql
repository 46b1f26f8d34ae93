-- Grain: a subject key of another feed that the spine's first delivery may decide otherwise.
-- Inputs: the feed's rows, the pool, exceptions of the feed.
insert into reconcile.look_again (subject_key)
select s.subject_key
from (
  select subject_key, source_key, role, name_fold, name, sex, birth_date from :{current}
  union all
  select subject_key, source_key, role, name_fold, name, sex, birth_date from :{past}
) s
join reconcile.subject p on p.document = s.subject_key
where p.shared or p.person <> p.document or p.name_fold <> coalesce(s.name_fold, s.name) or p.sex <> s.sex or p.birth_date <> s.birth_date
union
select subject_key from reconcile.crosswalk_exception where feed = :{feed}
