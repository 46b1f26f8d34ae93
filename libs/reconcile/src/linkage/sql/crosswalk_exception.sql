-- Grain: a row whose person is not simply its subject key.
-- Inputs: decisions.
insert into reconcile.crosswalk_exception (subject_key, feed, source_key, role, person, state, rule, version, evidence, run)
select d.subject_key, d.feed, d.source_key, d.role, d.person, d.state, d.rule, $2::int4, d.evidence, $1::int4
from reconcile.decision d
where not exists (
  select from reconcile.crosswalk_exception x
  where x.subject_key = d.subject_key and x.feed = d.feed and x.source_key = d.source_key and x.role = d.role)
