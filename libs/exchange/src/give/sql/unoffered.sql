-- grain: one published delivery that was not offered to a neighbour yet, in the order they were published
-- inputs: $1 neighbour, $2 feed
select p.run, p.mode, p.batch_no, p.as_of, p.file_name, p.file_bytes::float8 as file_bytes, p.stored_path, p.contract_version, p.rows_read::float8 as rows_read
  from runs.published_copy p
 where p.feed = $2 and not exists (select from exchange.offer o where o.hub = $1 and o.feed = $2 and o.run = p.run)
 order by p.ended_at, p.run
