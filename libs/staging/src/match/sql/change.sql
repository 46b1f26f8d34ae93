-- Grain: a (source key, role) whose staged row is new, other than before, or gone.
-- Inputs: the run's table, current rows of the same source keys, removals of the run.
insert into staging.change (run, op, source_key, role, old_subject, new_subject)
select :{run}::int4, (case when c.source_key is null then 'I' when f.source_key is null then 'D' else 'U' end)::"char",
       coalesce(f.source_key, c.source_key), coalesce(f.role, c.role), c.subject, f.subject
from (select source_key, :{role} as role, :{subject} as subject, row(:{content}) as content from :{fresh}) f
full join (
  select source_key, :{role} as role, :{subject} as subject, row(:{content}) as content
  from :{current}
  where source_key in (select source_key from :{fresh} union all select source_key from staging.removal where run = :{run})
) c on c.source_key = f.source_key and c.role = f.role
where f.source_key is null or c.source_key is null or f.content is distinct from c.content
