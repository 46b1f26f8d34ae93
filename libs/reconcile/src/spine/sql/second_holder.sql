-- Grain: a row of the spine's first delivery whose number an earlier row of it holds: its person is keyed by the row itself.
-- Inputs: the spine's rows.
insert into reconcile.crosswalk_exception (subject_key, feed, source_key, role, person, state, rule, version, evidence, run)
select subject_key, :{feed}, source_key, role, source_key, 'linked', 'number-shared', $2::int4, 0, $1::int4
from (
  select s.subject_key, s.source_key, s.role, row_number() over (partition by s.subject_key order by s.source_key, s.role) as nth
  from :{current} s
  where s.subject_key in (select subject_key from :{current} group by subject_key having count(*) > 1)
) holder
where nth > 1
