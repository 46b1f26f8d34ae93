-- grain: one receipt or report of rejects that is or was owed to a neighbour, newest first
-- inputs: $1 neighbour or null, $2 our feed or null, $3 only these feeds or null, $4 before this one or null, $5 at most so many
select id::float8 as id, hub, feed, sequence, kind, our_feed, run, state, attempts, due_at, sent_at, reason
  from exchange.outgoing_status
 where ($1::text is null or hub = $1) and ($2::text is null or our_feed = $2) and ($3::text[] is null or our_feed = any ($3)) and ($4::int8 is null or id < $4)
 order by id desc limit $5
