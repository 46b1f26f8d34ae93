-- Grain: a row and a registered person who holds or held its number.
-- Inputs: rows to decide, the pool.
insert into reconcile.candidate_pair
select c.subject_key, c.source_key, c.feed, c.role, p.person,
       case when c.name_fold is null or p.name_fold is null or c.name_fold = p.name_fold then 'equal' end,
       c.name_fold, c.former_name, c.birth_date, p.name_fold, p.former_name, p.birth_date
from reconcile.candidate_row c
join reconcile.subject p on p.document = c.subject_key
where c.registered
