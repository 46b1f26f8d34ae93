-- Grain: a number of the pool that more than one person holds.
-- Inputs: exceptions of the spine.
update reconcile.subject p set shared = true
where p.document in (select subject_key from reconcile.crosswalk_exception where feed = :{feed})
