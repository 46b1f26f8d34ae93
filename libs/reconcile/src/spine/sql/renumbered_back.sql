-- Grain: an exception of a source record that has the number again by which its person is keyed.
-- Inputs: changes of the run, exceptions of the spine.
delete from reconcile.crosswalk_exception b
using :{change} k
left join reconcile.crosswalk_exception x
  on x.subject_key = k.old_subject and x.feed = :{feed} and x.source_key = k.source_key and x.role = k.role
where k.run = $1 and k.op = 'U' and k.old_subject <> k.new_subject and x.person = k.new_subject
  and b.subject_key = k.new_subject and b.feed = :{feed} and b.source_key = k.source_key and b.role = k.role
