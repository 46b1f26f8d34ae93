-- Grain: a conflict between feeds about who a person is whom the spine registers now.
-- Inputs: the pool.
delete from reconcile.conflict k using reconcile.subject p
where k.facet = 'identity' and k.winner_feed <> :{feed} and p.person = k.person and p.current
