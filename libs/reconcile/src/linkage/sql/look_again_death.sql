-- Grain: a subject key of another feed whose date of death the spine's first delivery does not know.
-- Inputs: the feed's rows, the pool.
insert into reconcile.look_again (subject_key)
select s.subject_key
from :{current} s
join reconcile.subject p on p.document = s.subject_key
where false :{death_differs}
