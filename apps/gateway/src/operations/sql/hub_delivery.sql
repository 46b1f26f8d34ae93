-- grain: one delivery offered to one neighbour, newest first
-- inputs: $1 neighbour or null, $2 feed or null, $3 only these feeds or null, $4 behind so many, $5 at most so many
select hub, feed, sequence, run, bytes::float8 as bytes, rows::float8 as rows, sm3, as_of, offered_at, given, given_at, outcome, rule, counts, received_at as receipt_at,
       returned_rows::float8 as returned_rows, returned_at
  from exchange.offer_status
 where ($1::text is null or hub = $1) and ($2::text is null or feed = $2) and ($3::text[] is null or feed = any ($3))
 order by offered_at desc, hub, feed, sequence desc offset $4 limit $5
