-- Grain: a number and the registered person who holds it, or held it before under the same source record.
-- Inputs: persons whose registration changes, the spine's rows, closed versions and exceptions.
with held as (
  select t.person, s.subject_key, s.source_key, s.role, s.birth_date, :{death_date} as death_date, s.sex, coalesce(s.name_fold, s.name) as name_fold, s.former_name
  from reconcile.spine_person t
  join :{current} s on s.subject_key = t.person
  where not exists (
    select from reconcile.crosswalk_exception x
    where x.subject_key = s.subject_key and x.feed = :{feed} and x.source_key = s.source_key and x.role = s.role)
  union all
  select t.person, s.subject_key, s.source_key, s.role, s.birth_date, :{death_date}, s.sex, coalesce(s.name_fold, s.name), s.former_name
  from reconcile.spine_person t
  join reconcile.crosswalk_exception x on x.person = t.person and x.feed = :{feed}
  join :{current} s on s.subject_key = x.subject_key and s.source_key = x.source_key and s.role = x.role
)
insert into reconcile.subject (document, person, birth_date, death_date, current, sex, name_fold, former_name)
select distinct on (document, person) document, person, birth_date, death_date, current, sex, name_fold, former_name
from (
  select subject_key as document, person, birth_date, death_date, true as current, sex, name_fold, former_name from held
  union all
  select h.subject_key, d.person, d.birth_date, d.death_date, false, d.sex, d.name_fold, d.former_name
  from held d
  join :{past} h on h.source_key = d.source_key and h.role = d.role
  where h.document_kind is not null and h.subject_key <> d.subject_key
) number_of
order by document, person, current desc, name_fold
