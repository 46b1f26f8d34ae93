-- Grain: a row and the row that goes first among those with its number, where nobody registered has it.
-- Inputs: rows to decide.
insert into reconcile.candidate_pair
select c.subject_key, c.source_key, c.feed, c.role, c.subject_key,
       case when c.name_fold is null or r.name_fold is null or c.name_fold = r.name_fold then 'equal' end,
       c.name_fold, c.former_name, c.birth_date, r.name_fold, r.former_name, r.birth_date
from reconcile.candidate_row c
join (
  select distinct on (subject_key) subject_key, source_key, feed, role, name_fold, former_name, birth_date
  from reconcile.candidate_row
  where not registered
  order by subject_key, live desc, precedence nulls last, recency collate "C" desc, feed collate "C", source_key, role
) r on r.subject_key = c.subject_key and (r.source_key, r.feed, r.role) <> (c.source_key, c.feed, c.role)
where not c.registered
