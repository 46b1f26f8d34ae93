-- Grain: a subject key of a first delivery that is not in the pool, and of which another feed speaks too or spoke.
-- Inputs: rows the delivery left open, the other feed's rows.
insert into reconcile.look_again (subject_key)
select o.subject_key from :{open} o
where not o.registered
  and (o.subject_key in (select s.subject_key from :{other_current} s) or o.subject_key in (select s.subject_key from :{other_past} s))
