-- grain: one neighbour that anything went to or came from
-- inputs: $1 only these feeds or null
select hub, coalesce(o.offered, 0)::float8 as offered, coalesce(o.taken, 0)::float8 as taken, coalesce(o.refused, 0)::float8 as refused, coalesce(w.owed, 0)::float8 as owed,
       u.fetched_at as catalogue_at, u.reason as catalogue_reason
  from (select hub, count(*) as offered, count(*) filter (where outcome = 'taken') as taken, count(*) filter (where outcome = 'refused') as refused
          from exchange.offer_status where ($1::text[] is null or feed = any ($1)) group by hub) o
  full join (select hub, count(*) as owed from exchange.outgoing_status where state = 'waiting' and ($1::text[] is null or our_feed = any ($1)) group by hub) w using (hub)
  full join exchange.upstream_status u using (hub)
