create table runs.progress (
  run int4 primary key references runs.run (id),
  token int8 not null,
  step text not null,
  rows_begun int8 not null,
  rows_done int8 not null,
  rows_expected int8,
  begun_at timestamptz not null,
  at timestamptz not null
);
comment on table runs.progress is 'How far the worker that holds a run has got, told at most once a second; what is committed stands in runs.chunk.';
comment on column runs.progress.run is 'the run';
comment on column runs.progress.token is 'fencing token it was told under: another lease begins anew';
comment on column runs.progress.step is 'step at work';
comment on column runs.progress.rows_begun is 'rows that were done when this step began: a new worker passes over what is committed';
comment on column runs.progress.rows_done is 'rows of the delivery read so far';
comment on column runs.progress.rows_expected is 'rows the delivery will about have; null where nobody can say';
comment on column runs.progress.begun_at is 'when this worker began with the step';
comment on column runs.progress.at is 'when it was told last';

create table runs.transition (
  id int8 generated always as identity primary key,
  run int4 not null references runs.run (id),
  feed text not null,
  state text not null,
  again boolean not null default false,
  at timestamptz not null default clock_timestamp()
);
comment on table runs.transition is 'Every state a run came into, in order: what a stream of events goes on from, and what a feed''s timeline shows.';
comment on column runs.transition.id is 'order of the transitions; of one run they are committed in this order';
comment on column runs.transition.run is 'the run';
comment on column runs.transition.feed is 'its feed';
comment on column runs.transition.state is 'state it came into';
comment on column runs.transition.again is 'the run was there before: people let it go on';
comment on column runs.transition.at is 'when';
create index transition_of_run on runs.transition (run, id);
create index transition_of_feed on runs.transition (feed, id);
insert into runs.transition (run, feed, state, at)
select id, feed, state, at from (
  select id, feed, 'accepted' as state, accepted_at as at from runs.run
  union all
  select id, feed, state, coalesce(ended_at, started_at, accepted_at) from runs.run where state <> 'accepted'
) known order by at, id, state <> 'accepted';

create table runs.contract (
  feed text primary key,
  version text not null,
  definition jsonb not null,
  applied_at timestamptz not null
);
comment on table runs.contract is 'The contract of each feed as it was last applied to the store; earlier versions are events of the feed.';
comment on column runs.contract.feed is 'the feed';
comment on column runs.contract.version is 'version of the contract';
comment on column runs.contract.definition is 'the contract and its code lists, as read';
comment on column runs.contract.applied_at is 'when it was applied';

create view runs.run_progress as
select r.id as run, r.feed, r.state,
       case when r.state not in ('accepted', 'staged', 'linked') then null
            when r.lease_by is null then 'wait' else coalesce(p.step, 'begin') end as step,
       case when r.state = 'accepted' then coalesce(greatest(p.rows_done, c.rows_done), c.rows_done, 0)
            else coalesce(r.rows_read, p.rows_done, 0) end as rows_done,
       case when r.state = 'accepted' then greatest(p.rows_expected, p.rows_done) else r.rows_read end as rows_expected,
       case when r.state = 'accepted' and p.step = 'read' and p.at > p.begun_at
            then (p.rows_done - p.rows_begun) / extract(epoch from p.at - p.begun_at)::float8 end as rows_per_second,
       case when r.state = 'accepted' and p.step = 'read' and p.at > p.begun_at and p.rows_done > p.rows_begun and p.rows_expected is not null
            then greatest(p.rows_expected - p.rows_done, 0) * extract(epoch from p.at - p.begun_at)::float8 / (p.rows_done - p.rows_begun) end as eta_seconds,
       coalesce(c.chunks, 0) as chunks,
       greatest(p.at, t.at, r.accepted_at) as at
  from runs.run r
  left join runs.progress p on p.run = r.id and p.token = r.token
  left join lateral (select max(last_row)::int8 as rows_done, count(*) as chunks from runs.chunk where run = r.id) c on true
  left join lateral (select at from runs.transition where run = r.id order by id desc limit 1) t on true;
comment on view runs.run_progress is 'Published: how far each run has got: step at work, rows done of rows expected, speed, seconds to go.';

create view runs.run_transition as select id, run, feed, state, again, at from runs.transition;
comment on view runs.run_transition is 'Published: every state a run came into, in order.';

create view runs.feed_contract as select feed, version, definition, applied_at from runs.contract;
comment on view runs.feed_contract is 'Published: the contracts in force, as they were applied.';

create view runs.feed_timeline as
select t.feed, t.at, (extract(epoch from t.at) * 1000000)::int8 as at_us, 1 as source, t.id,
       case when t.state <> 'accepted' then 'run-' || t.state when t.again then 'run-taken-up-again' else 'delivered' end as kind,
       t.run, null::text as by,
       case when t.state = 'accepted' then jsonb_build_object('file', r.file_name, 'mode', r.mode, 'asOf', r.as_of, 'batchNo', r.batch_no, 'contractVersion', r.contract_version)
            when t.state = r.state then jsonb_strip_nulls(jsonb_build_object('rule', r.reason_rule, 'read', r.rows_read, 'duplicate', r.rows_duplicate,
              'rejected', r.rows_rejected, 'unchanged', r.rows_unchanged, 'added', r.rows_added, 'changed', r.rows_changed, 'removed', r.rows_removed, 'held', r.rows_held))
            else '{}'::jsonb end as detail
  from runs.transition t join runs.run r on r.id = t.run
 where t.state not in ('staged', 'linked')
union all
select e.feed, e.at, (extract(epoch from e.at) * 1000000)::int8, 2, e.id, e.kind, e.run, e.by, e.detail
  from runs.event e;
comment on view runs.feed_timeline is 'Published: all that happened to a feed, deliveries and their outcomes, changes of contract and settings, what people did.';

grant select, insert, update, delete on runs.progress, runs.transition, runs.contract to hushu_runs;
grant usage on sequence runs.transition_id_seq to hushu_runs;
grant select on runs.run_progress, runs.run_transition, runs.feed_contract, runs.feed_timeline
  to hushu_runs, hushu_staging, hushu_reconcile, hushu_registry, hushu_sharing, hushu_operations;
