-- Grain: a row of one feed that holds now and is decided again.
-- Inputs: keys to look at, the feed's rows.
insert into reconcile.candidate_row (subject_key, source_key, feed, role, live, registered, precedence, birth_date, death_date, sex, name_fold, former_name, recency)
select s.subject_key, s.source_key, :{feed}, s.role, true, k.registered, :{precedence}, s.birth_date, :{death_date}, s.sex,
       coalesce(s.name_fold, s.name), s.former_name, :{recency}
from reconcile.look_again k
join :{current} s on s.subject_key = k.subject_key
where k.registered = any ($1::boolean[])
