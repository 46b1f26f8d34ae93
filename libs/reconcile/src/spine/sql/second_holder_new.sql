-- Grain: a source record that is new to the spine, with a number by which another registered person is keyed.
-- Inputs: changes of the run, the spine's rows, closed versions and exceptions.
insert into reconcile.crosswalk_exception (subject_key, feed, source_key, role, person, state, rule, version, evidence, run)
select k.new_subject, :{feed}, k.source_key, k.role, k.source_key, 'linked', 'number-shared', $2::int4, 0, $1::int4
from :{change} k
where k.run = $1 and k.op = 'I'
  and not exists (select from :{past} h where h.source_key = k.source_key and h.role = k.role)
  and (
    exists (
      select from :{current} s
      where s.subject_key = k.new_subject and s.source_key <> k.source_key
        and not exists (
          select from reconcile.crosswalk_exception x
          where x.subject_key = s.subject_key and x.feed = :{feed} and x.source_key = s.source_key and x.role = s.role)
        and not (s.source_key > k.source_key and exists (
          select from :{change} n where n.run = k.run and n.op = 'I' and n.source_key = s.source_key and n.role = s.role
            and not exists (select from :{past} h where h.source_key = s.source_key and h.role = s.role))))
    or exists (
      select from reconcile.crosswalk_exception x
      join :{current} s on s.subject_key = x.subject_key and s.source_key = x.source_key and s.role = x.role
      where x.person = k.new_subject and x.feed = :{feed} and x.source_key <> k.source_key))
on conflict do nothing
