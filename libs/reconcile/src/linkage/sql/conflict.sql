-- Grain: a value of a row that disagrees with the registered identity of the person it is linked to.
-- Inputs: rows decided again, the pool.
insert into reconcile.conflict (person, facet, attribute, winner_feed, winner_value, other_feed, other_source_key, other_role, other_value, run)
select p.person, 'identity', v.attribute, :{spine_feed}, v.registered, c.feed, c.source_key, c.role, v.delivered, $1::int4
from reconcile.candidate_row c
join reconcile.resolution r on r.subject_key = c.subject_key and r.source_key = c.source_key and r.feed = c.feed and r.role = c.role
join reconcile.subject p on p.document = c.subject_key and p.person = r.after
cross join lateral (values
  ('name', p.name_fold, c.name_fold),
  -- 0 unknown and 9 not stated (GB/T 2261.1) say nothing that could disagree.
  ('sex', p.sex, case when p.sex in ('1', '2') and c.sex in ('1', '2') then c.sex end),
  ('birthDate', p.birth_date::text, c.birth_date::text),
  ('deathDate', p.death_date::text, c.death_date::text)
) v (attribute, registered, delivered)
where c.live and v.delivered is not null and v.registered is distinct from v.delivered
