create table runs.decision (
  id int8 generated always as identity primary key,
  run int4 not null references runs.run (id),
  verb text not null check (verb in ('release', 'discard', 'retry')),
  by text not null check (by <> ''),
  reason text not null check (reason <> ''),
  needed int2 not null check (needed > 0),
  lapsed boolean not null default false,
  at timestamptz not null
);
comment on table runs.decision is 'What people decided about held and failed runs, each with a reason; one row a person and decision.';
comment on column runs.decision.id is 'order of the decisions';
comment on column runs.decision.run is 'the run';
comment on column runs.decision.verb is 'release, discard or retry';
comment on column runs.decision.by is 'who decided';
comment on column runs.decision.reason is 'why, in their words; never a number of a person';
comment on column runs.decision.needed is 'how many people it took at that time';
comment on column runs.decision.lapsed is 'a release that counts no more: the run was discarded, or read again and held anew';
comment on column runs.decision.at is 'when';
create index decision_of_run on runs.decision (run, id);
-- One person is one of two: the store refuses them the second time, not only the code.
create unique index decision_release_once on runs.decision (run, by) where verb = 'release' and not lapsed;

insert into runs.decision (run, verb, by, reason, needed, at)
select id, 'release', coalesce(nullif(decided_by, ''), '?'), '-', 1, coalesce(ended_at, started_at, accepted_at) from runs.run where released and state not in ('held', 'discarded');

create view runs.run_decision as select id, run, verb, by, reason, lapsed, at from runs.decision;
comment on view runs.run_decision is 'Published: what people decided about runs.';

grant select, insert, update on runs.decision to hushu_runs;
grant usage on sequence runs.decision_id_seq to hushu_runs;
grant select on runs.run_decision to hushu_operations;
