-- grain: one delivery's report of rejects
-- inputs: $1 neighbour, $2 feed, $3 sequence, $4 file name, $5 rows, $6 bytes, $7 sm3, $8 sealed report, $9 statement, $10 now
insert into exchange.returned (hub, feed, sequence, file_name, rows, bytes, sm3, stored_path, statement, received_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (hub, feed, sequence) do nothing
returning sequence
