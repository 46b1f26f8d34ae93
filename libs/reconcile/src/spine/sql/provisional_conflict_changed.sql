-- Grain: a conflict between feeds about who a person is whose registration a delta changes; it is found again where it still stands.
-- Inputs: persons whose registration changes.
delete from reconcile.conflict k using reconcile.spine_person t
where k.facet = 'identity' and k.winner_feed <> :{feed} and t.person = k.person
