-- grain: one view that reads a relation, directly or through another view, nearest first
-- inputs: the catalogue; $1 = the relation's oid
with recursive dependent (oid, depth) as (
  select r.ev_class, 1
    from pg_depend d
    join pg_rewrite r on r.oid = d.objid
   where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
     and d.refobjid = $1::oid and r.ev_class <> $1::oid
  union
  select r.ev_class, dependent.depth + 1
    from dependent
    join pg_depend d on d.refobjid = dependent.oid
    join pg_rewrite r on r.oid = d.objid
   where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
     and r.ev_class <> dependent.oid and dependent.depth < 20
)
select n.nspname || '.' || c.relname as name, max(depth) as depth
  from dependent
  join pg_class c using (oid)
  join pg_namespace n on n.oid = c.relnamespace
 group by 1
 order by 2, 1
