-- Grain: a subject key of which more than one row of a first delivery speaks.
-- Inputs: the delivery's rows.
insert into reconcile.repeated (subject_key)
select s.subject_key from :{rows} s where s.role in (:{roles}) group by s.subject_key having count(*) > 1
