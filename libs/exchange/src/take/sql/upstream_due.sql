-- grain: one neighbour whose catalogue is due, given to whoever asks for so long
-- inputs: $1 neighbours that are called, $2 now, $3 when it is due again should its fetcher die
update exchange.upstream set due_at = $3
where hub = (select hub from exchange.upstream where hub = any ($1) and due_at <= $2 order by due_at limit 1 for update skip locked)
returning hub
