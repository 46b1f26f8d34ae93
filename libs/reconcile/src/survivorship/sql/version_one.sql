-- Grain: a version of one facet of an affected person, from the first to the one that holds now.
-- Inputs: affected persons, staged rows that hold or held and speak of them; the best row speaks whole.
insert into reconcile.:{version} (person, valid_from, valid_to, source_run, source_feed, :{columns}:{runs_column})
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
held as (
  select distinct on (p.person, p.valid_from) p.person, p.valid_from, p.valid_to, c.run, c.feed, :{claim_columns}:{no_runs}
  from piece p
  join claim c on c.person = p.person and c.valid_from <= p.valid_from and c.valid_to >= p.valid_to
  where p.valid_to is not null
  order by p.person, p.valid_from, c.precedence, c.recency collate "C" desc, c.feed collate "C", c.source_key, c.role
),
:{islands}
