-- Grain: a subject key that is looked at again, once, with whether it is in the pool.
-- Inputs: the keys gathered so far, the pool.
with key as (delete from reconcile.look_again returning subject_key)
insert into reconcile.look_again (subject_key, registered)
select k.subject_key, exists (select from reconcile.subject p where p.document = k.subject_key)
from (select distinct subject_key from key) k
