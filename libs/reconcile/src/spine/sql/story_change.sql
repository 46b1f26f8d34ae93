-- Grain: a source record of the spine that one delivery of its story opened, changed or closed.
-- Inputs: versions of the story.
select coalesce(o.nth, c.nth) as nth, coalesce(o.run, c.run) as run,
       (case when c.source_key is null then 'I' when o.source_key is null then 'D' else 'U' end)::"char" as op,
       coalesce(o.source_key, c.source_key) as source_key, coalesce(o.role, c.role) as role, c.subject_key as old_subject, o.subject_key as new_subject
from (select opened as nth, run, source_key, role, subject_key from :{story}) o
full join (select closed as nth, closed_run as run, source_key, role, subject_key from :{story} where closed is not null) c
  on c.nth = o.nth and c.source_key = o.source_key and c.role = o.role
