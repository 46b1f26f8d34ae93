-- Grain: a row that was decided again: whom it spoke of, and whom it speaks of now.
-- Inputs: rows to decide, the crosswalk before, decisions.
insert into reconcile.resolution (subject_key, source_key, feed, role, before, after)
select c.subject_key, c.source_key, c.feed, c.role,
       case when x.subject_key is null then c.subject_key else x.person end,
       case when d.subject_key is null then c.subject_key else d.person end
from reconcile.candidate_row c
left join reconcile.crosswalk_exception x
  on x.subject_key = c.subject_key and x.feed = c.feed and x.source_key = c.source_key and x.role = c.role
left join reconcile.decision d
  on d.subject_key = c.subject_key and d.feed = c.feed and d.source_key = c.source_key and d.role = c.role
