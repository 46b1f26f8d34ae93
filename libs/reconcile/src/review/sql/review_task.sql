-- Grain: a row that holds now and that the rules are not sure of.
-- Inputs: decisions.
insert into reconcile.review_task (subject_key, feed, source_key, role, reason, candidates, evidence, run, opened_at)
select d.subject_key, d.feed, d.source_key, d.role, d.rule, d.candidates, d.evidence, $1::int4, $2::timestamptz
from reconcile.decision d
join reconcile.candidate_row c on c.subject_key = d.subject_key and c.feed = d.feed and c.source_key = d.source_key and c.role = d.role
where d.state = 'review' and c.live
  and not exists (
    select from reconcile.review_task t
    where t.subject_key = d.subject_key and t.feed = d.feed and t.source_key = d.source_key and t.role = d.role
      and t.state = 'open')
