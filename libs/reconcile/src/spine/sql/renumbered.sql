-- Grain: a source record of the spine that has another number now, or came back with another: the person stays who they were.
-- Inputs: changes of the run, closed versions, exceptions of the spine.
insert into reconcile.crosswalk_exception (subject_key, feed, source_key, role, person, state, rule, version, evidence, run)
select k.new_subject, :{feed}, k.source_key, k.role, coalesce(x.person, before.subject_key), 'linked', 'renumbered', $2::int4, 0, $1::int4
from :{change} k
cross join lateral (
  select k.old_subject as subject_key where k.op = 'U'
  union all
  (select h.subject_key from :{past} h where k.op = 'I' and h.source_key = k.source_key and h.role = k.role order by h.closed_as_of desc, h.closed_run desc limit 1)
) before
left join reconcile.crosswalk_exception x
  on x.subject_key = before.subject_key and x.feed = :{feed} and x.source_key = k.source_key and x.role = k.role
where k.run = $1 and k.op in ('I', 'U') and before.subject_key <> k.new_subject and coalesce(x.person, before.subject_key) <> k.new_subject
on conflict (subject_key, feed, source_key, role) do update set person = excluded.person, rule = excluded.rule, run = excluded.run
