-- Grain: a row of one feed that holds no longer, by its last version, and is decided again.
-- Inputs: keys to look at, the feed's closed versions and its rows.
insert into reconcile.candidate_row (subject_key, source_key, feed, role, live, registered, precedence, birth_date, death_date, sex, name_fold, former_name, recency)
select distinct on (s.subject_key, s.source_key, s.role)
       s.subject_key, s.source_key, :{feed}, s.role, false, k.registered, :{precedence}, s.birth_date, :{death_date}, s.sex,
       coalesce(s.name_fold, s.name), s.former_name, :{recency}
from reconcile.look_again k
join :{past} s on s.subject_key = k.subject_key
where k.registered = any ($1::boolean[])
  and not exists (select from :{current} c where c.subject_key = s.subject_key and c.source_key = s.source_key and c.role = s.role)
order by s.subject_key, s.source_key, s.role, s.closed_as_of desc, s.closed_run desc
