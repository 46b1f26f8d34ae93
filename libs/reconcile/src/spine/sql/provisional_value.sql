-- Grain: a value of provisional identity of a person whom the spine registers now.
-- Inputs: the pool.
delete from reconcile.resolved_value v using reconcile.subject p
where v.facet = 'identity' and v.feed <> :{feed} and p.person = v.person and p.current
