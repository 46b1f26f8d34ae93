-- grain: one delivery for one neighbour
-- inputs: $1 neighbour, $2 feed, $3 sequence, $4 run, $5 sealed copy, $6 bytes, $7 rows, $8 sm3, $9 business time, $10 manifest, $11 now
insert into exchange.offer (hub, feed, sequence, run, stored_path, bytes, rows, sm3, as_of, manifest, offered_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
