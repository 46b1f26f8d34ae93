-- Grain: a number of the pool that became shared, or is shared no longer.
-- Inputs: numbers looked at again.
update reconcile.subject p set shared = n.holders > 1
from (
  select p.document, count(*) as holders
  from reconcile.subject p
  where p.document in (select subject_key from reconcile.look_again)
  group by p.document
) n
where p.document = n.document and p.shared <> (n.holders > 1)
