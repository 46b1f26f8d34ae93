-- grain: one thing owed to a neighbour
-- inputs: $1 neighbour, $2 its feed, $3 sequence, $4 receipt or returned, $5 our feed, $6 run, $7 now
insert into exchange.outgoing (hub, feed, sequence, kind, our_feed, run, due_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (run, kind) do nothing
