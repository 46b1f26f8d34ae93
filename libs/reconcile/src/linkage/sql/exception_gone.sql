-- Grain: an exception that is one no longer, or another one now.
-- Inputs: rows to decide, decisions.
delete from reconcile.crosswalk_exception x
using reconcile.candidate_row c
where x.subject_key = c.subject_key and x.feed = c.feed and x.source_key = c.source_key and x.role = c.role
  and not exists (
    select from reconcile.decision d
    where d.subject_key = x.subject_key and d.feed = x.feed and d.source_key = x.source_key and d.role = x.role
      and d.person is not distinct from x.person and d.state = x.state and d.rule = x.rule and d.evidence = x.evidence)
