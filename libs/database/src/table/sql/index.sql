-- grain: one index of a relation: its key columns in order, whether it is unique, what rows it holds
-- inputs: the catalogue; $1 = the relation's oid
select c.relname as name,
       i.indisprimary as primary,
       con.conname as constraint,
       i.indisunique as unique,
       array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k order by k) as columns,
       pg_get_expr(i.indpred, i.indrelid) as where
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  left join pg_constraint con on con.conindid = i.indexrelid and con.contype in ('p', 'u', 'x')
 where i.indrelid = $1::oid
 order by c.relname
