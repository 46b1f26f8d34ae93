create table runs.event (
  id int8 generated always as identity primary key,
  feed text not null,
  run int4,
  kind text not null,
  by text,
  detail jsonb not null default '{}',
  at timestamptz not null default clock_timestamp()
);
comment on table runs.event is 'What happened to a feed beside its runs: what people did, what changed of its contract and settings, fetches, alerts.';
comment on column runs.event.id is 'order of the events';
comment on column runs.event.feed is 'the feed';
comment on column runs.event.run is 'run it concerns, if one';
comment on column runs.event.kind is 'what happened';
comment on column runs.event.by is 'who did it; null: the hub itself';
comment on column runs.event.detail is 'circumstances by name; never a value of a row';
comment on column runs.event.at is 'when';
create index event_of_feed on runs.event (feed, id);

create view runs.feed_event as select id, feed, run, kind, by, detail, at from runs.event;
comment on view runs.feed_event is 'Published: events of feeds.';

grant select, insert on runs.event to hushu_runs;
grant usage on sequence runs.event_id_seq to hushu_runs;
grant select on runs.feed_event to hushu_staging, hushu_reconcile, hushu_registry, hushu_sharing, hushu_operations;
