-- Grain: a conflict with registered identity whose row is looked at again.
-- Inputs: rows decided again, whom they spoke of and speak of.
delete from reconcile.conflict k
using (
  select before as person, feed, source_key, role from reconcile.resolution where before is not null
  union
  select after, feed, source_key, role from reconcile.resolution where after is not null
) r
where k.person = r.person and k.facet = 'identity' and k.winner_feed = :{spine_feed} and k.other_feed = r.feed and k.other_source_key = r.source_key and k.other_role = r.role
