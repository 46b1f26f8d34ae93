-- Grain: a registered person of the spine's first delivery, by the number they hold.
-- Inputs: the spine's rows and exceptions.
insert into reconcile.subject (document, person, birth_date, death_date, current, shared, sex, name_fold, former_name)
select s.subject_key, case when x.subject_key is null then s.subject_key else x.person end, s.birth_date, :{death_date}, true, false, s.sex,
       coalesce(s.name_fold, s.name), s.former_name
from :{current} s
left join reconcile.crosswalk_exception x
  on x.subject_key = s.subject_key and x.feed = :{feed} and x.source_key = s.source_key and x.role = s.role
