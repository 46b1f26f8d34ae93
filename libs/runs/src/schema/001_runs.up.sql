create schema if not exists runs authorization hushu_migrate;
comment on schema runs is 'The run ledger: deliveries, runs, chunks, steps, leases, outbox. PostgreSQL is the truth, Redis the bell.';

create schema if not exists bullmq;
grant usage, create on schema bullmq to hushu_runs;
comment on schema bullmq is 'BullMQ''s own tables where there is no Redis.';

create sequence runs.fencing_token;
comment on sequence runs.fencing_token is 'Ever-growing tokens; a worker whose token is not the newest of its run is refused.';

create table runs.run (
  id int4 generated always as identity primary key,
  feed text not null,
  file_name text not null,
  file_path text not null,
  file_bytes int8 not null,
  file_stat text not null,
  stored_path text,
  contract_version text not null,
  mode text not null check (mode in ('full', 'delta')),
  batch_no text,
  as_of timestamptz not null,
  accepted_at timestamptz not null,
  state text not null check (state in ('accepted', 'staged', 'held', 'linked', 'published', 'refused', 'failed', 'discarded')),
  first boolean not null default false,
  digest text,
  seen_digest text,
  rows_read int8, rows_duplicate int8, rows_rejected int8, rows_unchanged int8,
  rows_added int8, rows_changed int8, rows_removed int8, rows_held int8,
  warnings jsonb,
  reason_rule text,
  reason jsonb,
  token int8 not null default 0,
  lease_by text,
  lease_until timestamptz,
  attempts int4 not null default 0,
  started_at timestamptz,
  ended_at timestamptz,
  decided_by text
);
comment on table runs.run is 'One row a delivery taken in: what arrived, how far it got, what became of its rows.';
comment on column runs.run.id is 'number of the run';
comment on column runs.run.feed is 'feed the delivery belongs to';
comment on column runs.run.file_name is 'name of the file as delivered, without its folder';
comment on column runs.run.file_path is 'where the file stood when it was handed in';
comment on column runs.run.file_bytes is 'size of the file in bytes';
comment on column runs.run.file_stat is 'device, inode, size and time of the file, to see whether it was swapped';
comment on column runs.run.stored_path is 'sealed copy in the store of deliveries, once complete';
comment on column runs.run.contract_version is 'version of the feed contract the run reads by';
comment on column runs.run.mode is 'full: everything the supplier has; delta: what changed';
comment on column runs.run.batch_no is 'batch number the supplier gave';
comment on column runs.run.as_of is 'business time of the delivery';
comment on column runs.run.accepted_at is 'known time: when the hub accepted the delivery; fixed for ever';
comment on column runs.run.state is 'accepted, staged, held, linked, published, refused, failed or discarded';
comment on column runs.run.first is 'the feed had no rows before: the run''s table becomes the feed''s table';
comment on column runs.run.digest is 'order-independent digest of the delivery''s rows';
comment on column runs.run.seen_digest is 'digest of the delivery as delivered, header with it, by which an identical one is known';
comment on column runs.run.rows_read is 'rows read';
comment on column runs.run.rows_duplicate is 'rows that stood in the delivery before, same key and content';
comment on column runs.run.rows_rejected is 'rows rejected';
comment on column runs.run.rows_unchanged is 'rows the hub already had';
comment on column runs.run.rows_added is 'source records that are new';
comment on column runs.run.rows_changed is 'source records with other content, deletions of a delta among them';
comment on column runs.run.rows_removed is 'source records that are no more';
comment on column runs.run.rows_held is 'rows that wait for the release of a held run';
comment on column runs.run.warnings is 'warnings by field and rule, counted';
comment on column runs.run.reason_rule is 'rule by which the run was held, refused or failed';
comment on column runs.run.reason is 'that rule''s text in zh and en, with what to do';
comment on column runs.run.token is 'fencing token of the newest lease';
comment on column runs.run.lease_by is 'worker that holds the lease';
comment on column runs.run.lease_until is 'end of the lease unless renewed';
comment on column runs.run.attempts is 'leases given so far';
comment on column runs.run.started_at is 'first lease';
comment on column runs.run.ended_at is 'when the run reached its last state';
comment on column runs.run.decided_by is 'who released or discarded a held run';
create index run_of_feed on runs.run (feed, as_of, id);
create index run_unfinished on runs.run (state) where state in ('accepted', 'staged', 'linked');

create table runs.lane (
  name text primary key,
  run int4 references runs.run (id)
);
comment on table runs.lane is 'What only one run at a time may do: link and apply share the lane publish.';
comment on column runs.lane.name is 'name of the lane';
comment on column runs.lane.run is 'run that holds it';
insert into runs.lane (name) values ('publish');

create table runs.chunk (
  run int4 not null references runs.run (id),
  last_row int4 not null,
  rows int4 not null,
  rejects int4 not null,
  committed_at timestamptz not null default now(),
  primary key (run, last_row)
);
comment on table runs.chunk is 'Chunks of a delivery whose rows are committed in the run''s table; a new worker goes on behind the last.';
comment on column runs.chunk.run is 'the run';
comment on column runs.chunk.last_row is 'last row of the delivery in the chunk';
comment on column runs.chunk.rows is 'staged rows in the chunk';
comment on column runs.chunk.rejects is 'rejects in the chunk';
comment on column runs.chunk.committed_at is 'when it was committed';

create table runs.step (
  id int8 generated always as identity primary key,
  run int4 not null references runs.run (id),
  step text not null,
  relation text,
  rows int8,
  ms int4,
  at timestamptz not null default clock_timestamp()
);
comment on table runs.step is 'What each step of a run did: relation filled, rows, time.';
comment on column runs.step.id is 'order of the steps';
comment on column runs.step.run is 'the run';
comment on column runs.step.step is 'verb of the step';
comment on column runs.step.relation is 'relation it filled';
comment on column runs.step.rows is 'rows';
comment on column runs.step.ms is 'milliseconds';
comment on column runs.step.at is 'when it ended';
create index step_of_run on runs.step (run, id);

create table runs.outbox (
  id int8 generated always as identity primary key,
  queue text not null,
  run int4 not null references runs.run (id),
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
comment on table runs.outbox is 'Bells to ring: written with the state they announce, rung after the commit as job ob-<id>.';
comment on column runs.outbox.id is 'becomes the job id ob-<id>';
comment on column runs.outbox.queue is 'queue to ring';
comment on column runs.outbox.run is 'run to look at';
comment on column runs.outbox.created_at is 'when it was written';
comment on column runs.outbox.sent_at is 'when the bell was rung';
create index outbox_unsent on runs.outbox (id) where sent_at is null;

create table runs.inbox (
  consumer text not null,
  outbox_id int8 not null,
  at timestamptz not null default now(),
  primary key (consumer, outbox_id)
);
comment on table runs.inbox is 'Outbox rows a consumer has dealt with, written with the effect: a bell rung twice has one effect.';
comment on column runs.inbox.consumer is 'who dealt with it';
comment on column runs.inbox.outbox_id is 'the outbox row';
comment on column runs.inbox.at is 'when';

create function runs.check_fence(of_run int4, of_token int8) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
begin
  perform 1 from runs.run where id = of_run and token = of_token for share;
  if not found then
    raise exception 'HUSHU fence: run % is no longer held under token %', of_run, of_token using errcode = 'HU001';
  end if;
end $$;
comment on function runs.check_fence(int4, int8) is 'Refuses a worker whose lease was given to another; every transaction of a run begins with it.';

create function runs.commit_chunk(of_run int4, to_row int4, of_rows int4, of_rejects int4) returns void
language sql security definer set search_path = runs, pg_temp as $$
  insert into runs.chunk (run, last_row, rows, rejects) values (of_run, to_row, of_rows, of_rejects);
$$;
comment on function runs.commit_chunk(int4, int4, int4, int4) is 'Writes a chunk''s ledger row in the transaction that commits its rows.';

create view runs.run_status as
select id, feed, file_name, mode, batch_no, as_of, accepted_at, state, first,
       rows_read, rows_duplicate, rows_rejected, rows_unchanged, rows_added, rows_changed, rows_removed, rows_held,
       warnings, reason_rule, reason, contract_version, digest, started_at, ended_at, decided_by, attempts
from runs.run;
comment on view runs.run_status is 'Published: the run ledger without paths and leases.';

create view runs.run_step as select run, step, relation, rows, ms, at, id from runs.step;
comment on view runs.run_step is 'Published: the steps of each run.';

create view runs.feed_status as
select r.feed,
       max(r.as_of) filter (where r.state = 'published') as newest_as_of,
       max(r.ended_at) filter (where r.state = 'published') as published_at,
       count(*) filter (where r.state = 'held') as held,
       count(*) filter (where r.state in ('accepted', 'staged', 'linked')) as active,
       count(*) as runs
from runs.run r group by r.feed;
comment on view runs.feed_status is 'Published: how fresh each feed is and what waits.';

grant usage on schema runs to hushu_runs, hushu_staging, hushu_reconcile, hushu_registry, hushu_spine, hushu_sharing, hushu_operations;
grant select, insert, update, delete on all tables in schema runs to hushu_runs;
grant usage on all sequences in schema runs to hushu_runs;
grant select on runs.run_status, runs.run_step, runs.feed_status to hushu_staging, hushu_reconcile, hushu_registry, hushu_sharing, hushu_operations;
revoke all on function runs.check_fence(int4, int8), runs.commit_chunk(int4, int4, int4, int4) from public;
grant execute on function runs.check_fence(int4, int8) to hushu_runs, hushu_staging, hushu_reconcile, hushu_registry, hushu_spine;
grant execute on function runs.commit_chunk(int4, int4, int4, int4) to hushu_staging;
