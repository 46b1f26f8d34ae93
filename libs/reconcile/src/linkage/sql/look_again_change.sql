-- Grain: a subject key that a delta's rows spoke of or speak of now.
-- Inputs: changes of the run.
insert into reconcile.look_again (subject_key)
select old_subject from staging.change where run = $1 and old_subject is not null
union
select new_subject from staging.change where run = $1 and new_subject is not null
