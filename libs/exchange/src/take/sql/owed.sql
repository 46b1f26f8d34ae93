-- grain: one delivery of a neighbour whose run has come to its end and for which nothing is owed yet
-- inputs: $1 feeds that are taken from neighbours
select a.feed, a.arrival_id as "arrivalId", a.run, r.state, coalesce(r.rows_rejected, 0)::float8 as rejected
  from runs.arrival_status a join runs.run_status r on r.id = a.run
 where a.feed = any ($1) and r.state in ('published', 'refused', 'discarded') and not exists (select from exchange.outgoing o where o.run = a.run and o.kind = 'receipt')
 order by a.run
