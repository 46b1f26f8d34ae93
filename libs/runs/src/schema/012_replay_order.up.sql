-- What a feed held once a run was published, kept as hashes: what a replay is compared with.
alter table runs.run add column state_shape text, add column state_now text, add column state_past text;
comment on column runs.run.state_shape is 'which columns the hashes are of: those of another shape cannot be compared';
comment on column runs.run.state_now is 'hash of the feed''s rows that held once this run was published: 128 bits, hex, the sum of the rows'' own';
comment on column runs.run.state_past is 'the same of its rows that no longer held, each with the time at which it stopped';

create table runs.copy_end (
  run int4 primary key references runs.run (id),
  feed text not null,
  path text not null,
  keep text not null,
  marked_at timestamptz not null,
  removed_at timestamptz
);
comment on table runs.copy_end is 'Sealed copies of deliveries that policy keeps no longer, one row a run: marked first, then removed.';
comment on column runs.copy_end.run is 'the run whose delivery it was';
comment on column runs.copy_end.feed is 'its feed';
comment on column runs.copy_end.path is 'where the copy lay';
comment on column runs.copy_end.keep is 'how long policy keeps deliveries of the feed, as it was written then';
comment on column runs.copy_end.marked_at is 'when it was marked: nobody reads it from here on';
comment on column runs.copy_end.removed_at is 'when the file was gone';
create index copy_end_left on runs.copy_end (run) where removed_at is null;

create table runs.replay (
  id int4 generated always as identity primary key,
  run int4 not null references runs.run (id),
  feed text not null,
  by text not null,
  state text not null check (state in ('waiting', 'running', 'done', 'failed')),
  verdict text check (verdict in ('same', 'differs', 'incomparable')),
  finding jsonb,
  done int4 not null default 0,
  total int4,
  reason_rule text,
  reason jsonb,
  token int8 not null default 0,
  lease_by text,
  lease_until timestamptz,
  attempts int4 not null default 0,
  created_at timestamptz not null,
  ended_at timestamptz
);
comment on table runs.replay is 'Orders to read a past run again from its stored delivery and compare what comes of it; nothing that is served changes. Its worker uses the negative of its number where a run would use its own.';
comment on column runs.replay.id is 'number of the order';
comment on column runs.replay.run is 'the run that is read again';
comment on column runs.replay.feed is 'its feed';
comment on column runs.replay.by is 'who ordered it';
comment on column runs.replay.state is 'waiting, running, done, or failed: it could not be done';
comment on column runs.replay.verdict is 'same, differs, or incomparable: what can be compared is, and is the same';
comment on column runs.replay.finding is 'what was compared, hashes and counts, then and now; never a value';
comment on column runs.replay.done is 'deliveries read so far';
comment on column runs.replay.total is 'deliveries to read';
comment on column runs.replay.reason_rule is 'why it is incomparable or failed';
comment on column runs.replay.reason is 'that rule''s text in zh and en, with what to do';
comment on column runs.replay.token is 'fencing token of the newest lease';
comment on column runs.replay.lease_by is 'worker that holds the lease';
comment on column runs.replay.lease_until is 'end of the lease unless renewed';
comment on column runs.replay.attempts is 'leases given so far';
comment on column runs.replay.created_at is 'when it was ordered';
comment on column runs.replay.ended_at is 'when it ended';
create index replay_unfinished on runs.replay (id) where state in ('waiting', 'running');

-- A replay's worker is told from one that was overtaken just as a run's is; its chunks are never gone on behind.
create or replace function runs.check_fence(of_run int4, of_token int8) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
begin
  if of_run < 0 then
    perform 1 from runs.replay where id = -of_run and token = of_token and state = 'running' and lease_by is not null for key share;
  else
    perform 1 from runs.run where id = of_run and token = of_token and lease_by is not null for key share;
  end if;
  if not found then
    raise exception 'HUSHU fence: run % is no longer held under token %', of_run, of_token using errcode = 'HU001';
  end if;
end $$;

create or replace function runs.commit_chunk(of_run int4, to_row int4, of_rows int4, of_rejects int4) returns void
language sql security definer set search_path = runs, pg_temp as $$
  insert into runs.chunk (run, last_row, rows, rejects) select of_run, to_row, of_rows, of_rejects where of_run > 0;
$$;

create view runs.replay_status as
select id, run, feed, by, state, verdict, finding, done, total, reason_rule, reason, created_at, ended_at from runs.replay;
comment on view runs.replay_status is 'Published: orders to read past runs again, how far they got and what they found.';

create view runs.run_copy as
select r.id as run, r.feed, r.stored_path is not null as kept, e.marked_at as removed_at, e.keep as removed_by, r.state_shape, r.state_now, r.state_past
from runs.run r left join runs.copy_end e on e.run = r.id;
comment on view runs.run_copy is 'Published: whether a run''s delivery is kept, or by which policy it is not, and the hashes of what its feed held then.';

-- What rejected nothing and was read, not known for the one before, rests on nothing before it.
create view runs.newest_whole as
select distinct on (feed) feed, id, as_of from runs.run
where state = 'published' and mode = 'full' and redrive is null and rows_rejected = 0 and reason_rule is distinct from 'delivery-repeated'
order by feed, as_of desc, id desc;
comment on view runs.newest_whole is 'The newest full delivery of each feed that rejected nothing: with it and those behind it in time the rows that hold can be read again.';

grant select on runs.newest_whole to hushu_runs;
grant select, insert, update, delete on runs.replay, runs.copy_end to hushu_runs;
grant select on runs.replay_status, runs.run_copy to hushu_runs, hushu_staging, hushu_operations;
