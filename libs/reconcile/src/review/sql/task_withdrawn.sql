-- Grain: an open task whose doubt went away or became another.
-- Inputs: rows decided again, decisions.
update reconcile.review_task t set state = 'withdrawn', closed_at = $1::timestamptz
from reconcile.candidate_row c
where t.subject_key = c.subject_key and t.feed = c.feed and t.source_key = c.source_key and t.role = c.role and t.state = 'open'
  and not (c.live and exists (
    select from reconcile.decision d
    where d.subject_key = t.subject_key and d.feed = t.feed and d.source_key = t.source_key and d.role = t.role
      and d.state = 'review' and d.evidence = t.evidence))
