alter table runs.run add column promised_rows int8;
comment on column runs.run.promised_rows is 'rows the supplier''s manifest speaks of';

create table runs.fetch (
  feed text primary key,
  due_at timestamptz not null,
  asked_at timestamptz,
  cursor bytea,
  token int8 not null default 0,
  lease_by text,
  lease_until timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  outcome text check (outcome in ('fetched', 'nothing-new', 'failed')),
  reason_rule text,
  reason jsonb,
  failures int4 not null default 0,
  current_as_of timestamptz,
  waiting int4 not null default 0
);
comment on table runs.fetch is 'One row a feed that is fetched: when it is due, who fetches it, what became of the last fetch.';
comment on column runs.fetch.feed is 'the feed';
comment on column runs.fetch.due_at is 'when it is fetched next';
comment on column runs.fetch.asked_at is 'when somebody last asked for a fetch at once';
comment on column runs.fetch.cursor is 'where the next fetch goes on, in the transport''s words, sealed';
comment on column runs.fetch.token is 'fencing token of the newest lease';
comment on column runs.fetch.lease_by is 'worker that holds the lease';
comment on column runs.fetch.lease_until is 'end of the lease unless renewed';
comment on column runs.fetch.started_at is 'when the newest fetch began';
comment on column runs.fetch.ended_at is 'when the last fetch ended';
comment on column runs.fetch.outcome is 'how it ended: fetched, nothing-new or failed';
comment on column runs.fetch.reason_rule is 'rule by which the last fetch failed';
comment on column runs.fetch.reason is 'that rule''s text in zh and en, with what to do';
comment on column runs.fetch.failures is 'fetches that failed since the last that did not';
comment on column runs.fetch.current_as_of is 'as of when the source was seen to hold nothing newer than what was taken in';
comment on column runs.fetch.waiting is 'deliveries that lie at the source and cannot be taken yet';

create table runs.arrival (
  feed text not null,
  arrival_id text not null,
  run int4 not null references runs.run (id),
  sm3 text not null,
  accepted_at timestamptz not null,
  primary key (feed, arrival_id)
);
comment on table runs.arrival is 'Deliveries that were fetched and accepted: one that is met again is passed over.';
comment on column runs.arrival.feed is 'the feed';
comment on column runs.arrival.arrival_id is 'what the transport tells it by';
comment on column runs.arrival.run is 'the run it became';
comment on column runs.arrival.sm3 is 'SM3 of its bytes as delivered, hex';
comment on column runs.arrival.accepted_at is 'when it was accepted';

-- A look tells how current the store is only when all that was fetched is also published.
create view runs.fetch_status as
select f.feed, f.due_at, f.started_at, f.ended_at, f.outcome, f.reason_rule, f.reason, f.failures, f.waiting,
       f.lease_by is not null and f.lease_until >= statement_timestamp() as active,
       case when not exists (
         select from runs.run r where r.feed = f.feed and r.state <> 'published'
            and r.as_of >= coalesce((select max(p.as_of) from runs.run p where p.feed = f.feed and p.state = 'published'), '-infinity')
       ) then f.current_as_of end as current_as_of
  from runs.fetch f;
comment on view runs.fetch_status is 'Published: when each fetched feed is due and what became of its last fetch, without cursors and leases.';

grant select, insert, update, delete on runs.fetch to hushu_runs;
grant select, insert on runs.arrival to hushu_runs;
grant select on runs.fetch_status to hushu_sharing, hushu_operations;
