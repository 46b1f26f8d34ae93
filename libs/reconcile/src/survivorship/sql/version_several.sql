-- Grain: a version of one facet of an affected person, from the first to the one that holds now.
-- Inputs: affected persons, staged rows that hold or held and speak of them; each claimant's best row, value by value in order of precedence.
with who as materialized (select person from reconcile.versioned),
claim as materialized (
:{claims}
),
point as (
  select person, valid_from as day from claim union select person, valid_to from claim
),
piece as materialized (
  select person, day as valid_from, lead(day) over (partition by person order by day) as valid_to from point
),
best as materialized (
  select distinct on (p.person, p.valid_from, c.claimant) p.valid_from as piece_from, p.valid_to as piece_to, c.*
  from (select person as owner, valid_from as claim_from, valid_to as claim_to, claim.* from claim) c
  join piece p on p.person = c.owner and c.claim_from <= p.valid_from and c.claim_to >= p.valid_to
  where p.valid_to is not null
  order by p.person, p.valid_from, c.claimant, c.precedence, c.recency collate "C" desc, c.source_key, c.role
),
held as (
  select owner as person, piece_from as valid_from, piece_to as valid_to,
         (array_agg(run order by :{order}))[1] as run, (array_agg(feed order by :{order}))[1] as feed, :{chosen}:{chosen_runs}
  from best
  group by owner, piece_from, piece_to
),
said as (
  select b.owner as person, b.feed, b.source_key, b.role, b.run, v.attribute, v.value, v.compared,
         row_number() over place as nth, first_value(v.value) over place as winner_value, first_value(v.compared) over place as winner_compared, first_value(b.feed) over place as winner_feed
  from (select *, count(*) over (partition by owner) as claimants from best where piece_to = 'infinity') b
  cross join lateral (values :{said}) v (attribute, value, compared)
  where :{contested} and v.value is not null
  window place as (partition by b.owner, v.attribute order by :{order})
),
resolved as (
  insert into reconcile.resolved_value (person, facet, attribute, feed, source_key, role, run)
  select person, :{facet}, attribute, feed, source_key, role, run from said where nth = 1
),
lost as (
  insert into reconcile.conflict (person, facet, attribute, winner_feed, winner_value, other_feed, other_source_key, other_role, other_value, run)
  select person, :{facet}, attribute, winner_feed, winner_value, feed, source_key, role, value, $1::int4
  from said where nth > 1 and compared <> winner_compared and feed <> winner_feed
),
:{islands_insert}
