-- grain: one thing owed that is due, given to whoever asks for so long; one at a time, a receipt before the report that goes with it
-- inputs: $1 now, $2 when it is due again should its sender die
update exchange.outgoing set attempts = attempts + 1, due_at = $2
where id = (select id from exchange.outgoing where state = 'waiting' and due_at <= $1 order by due_at, id limit 1 for update skip locked)
returning id, hub, feed, sequence, kind, our_feed as "ourFeed", run, attempts
