create view runs.arrival_status as select feed, arrival_id, run, sm3, accepted_at from runs.arrival;
comment on view runs.arrival_status is 'Published: deliveries that were fetched, by what their transport tells them by, with the runs they became.';

-- A repetition has no copy of its own: that of the same rows stands for it. What drives rejects again is nobody's delivery.
create view runs.published_copy as
select r.id as run, r.feed, r.mode, r.batch_no, r.as_of, r.ended_at, c.id as copy_run, c.file_name, c.file_bytes, c.stored_path, c.contract_version, c.rows_read
  from runs.run r
  join lateral (
    select s.id, s.file_name, s.file_bytes, s.stored_path, s.contract_version, s.rows_read from runs.run s
     where s.feed = r.feed and s.stored_path is not null and s.redrive is null
       and (s.id = r.id or s.seen_digest = r.seen_digest and s.contract_version = r.contract_version)
     order by s.id <> r.id, s.id limit 1
  ) c on true
 where r.state = 'published' and r.redrive is null;
comment on view runs.published_copy is 'Published: what suppliers delivered and was published, with the sealed copy that was kept of it.';

grant usage on schema runs to hushu_exchange;
grant select on runs.run_status, runs.arrival_status, runs.published_copy, runs.feed_contract to hushu_exchange;
