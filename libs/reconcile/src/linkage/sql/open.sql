-- Grain: a row of a delivery that does not plainly agree with one registered person by number, name, sex and birth date.
-- Inputs: the delivery's rows, the pool.
select s.subject_key, s.source_key, s.role, p.person is not null as registered
from :{rows} s
left join reconcile.subject p on p.document = s.subject_key
where p.person is null or p.shared or p.person <> p.document
   or p.name_fold <> coalesce(s.name_fold, s.name) or p.sex <> s.sex or p.birth_date <> s.birth_date
   :{death_differs}
