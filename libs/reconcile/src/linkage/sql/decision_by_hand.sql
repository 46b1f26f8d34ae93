-- Grain: a decision that a person made and whose evidence still stands: it outranks the rules.
-- Inputs: decisions, review tasks that were decided.
update reconcile.decision d
set person = t.person, state = case when t.person is null then 'none' else 'linked' end, rule = 'decided-by-hand'
from reconcile.review_task t
where t.subject_key = d.subject_key and t.feed = d.feed and t.source_key = d.source_key and t.role = d.role
  and t.state = 'decided' and t.evidence = d.evidence
