-- Grain: a subject key of a first delivery that is in the pool without plain agreement, or that several rows of nobody registered share.
-- Inputs: rows the delivery left open.
insert into reconcile.look_again (subject_key)
select subject_key from :{open} group by subject_key having bool_or(registered) or count(*) > 1
