create schema if not exists watch authorization hushu_migrate;
comment on schema watch is 'How feeds stand, what changed of it, and who was told.';

create table watch.feed_state (
  feed text primary key,
  colour text not null check (colour in ('green', 'amber', 'red', 'grey')),
  because jsonb not null,
  since timestamptz not null
);
comment on table watch.feed_state is 'How each feed stood when it was last looked at.';
comment on column watch.feed_state.feed is 'the feed';
comment on column watch.feed_state.colour is 'the worst of freshness, last run, rejects and checks';
comment on column watch.feed_state.because is 'everything that is not well';
comment on column watch.feed_state.since is 'when it came to stand so';

create table watch.alert (
  id int8 generated always as identity primary key,
  feed text not null,
  colour_before text not null,
  colour text not null,
  because jsonb not null,
  at timestamptz not null,
  noticed_at timestamptz
);
comment on table watch.alert is 'Changes worth telling, one row each; never the same state twice.';
comment on column watch.alert.id is 'order of the changes';
comment on column watch.alert.feed is 'the feed';
comment on column watch.alert.colour_before is 'colour before the change';
comment on column watch.alert.colour is 'colour after it';
comment on column watch.alert.because is 'everything that was not well then';
comment on column watch.alert.at is 'when it was seen';
comment on column watch.alert.noticed_at is 'when it was put into notices, or found settled before it was';
create index alert_untold on watch.alert (id) where noticed_at is null;

create table watch.notice (
  id uuid primary key,
  channel text not null,
  body jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
  attempts int4 not null default 0,
  due_at timestamptz not null,
  sent_at timestamptz,
  reason jsonb
);
comment on table watch.notice is 'Messages to channels; one that fails is tried again, ever more rarely, under the same id.';
comment on column watch.notice.id is 'the message''s id, the same at every attempt';
comment on column watch.notice.channel is 'name of the channel';
comment on column watch.notice.body is 'what is told: changes of feeds, never of persons';
comment on column watch.notice.state is 'waiting, sent, or failed for good';
comment on column watch.notice.attempts is 'attempts so far';
comment on column watch.notice.due_at is 'next attempt';
comment on column watch.notice.sent_at is 'when the channel took it';
comment on column watch.notice.reason is 'why the last attempt failed, in zh and en';
create index notice_due on watch.notice (due_at) where state = 'waiting';

create view watch.alert_status as select id, feed, colour_before, colour, because, at, noticed_at from watch.alert;
comment on view watch.alert_status is 'Published: changes of feeds worth telling.';
create view watch.notice_status as select id, channel, state, attempts, due_at, sent_at, reason from watch.notice;
comment on view watch.notice_status is 'Published: messages to channels and what became of them.';

grant usage on schema watch to hushu_watch, hushu_operations;
grant select, insert, update, delete on watch.feed_state, watch.alert, watch.notice to hushu_watch;
grant usage on sequence watch.alert_id_seq to hushu_watch;
grant select on watch.alert_status, watch.notice_status to hushu_operations;
grant usage on schema runs, staging to hushu_watch;
grant select on runs.run_status, runs.feed_status to hushu_watch;
grant select on staging.feed_measure to hushu_watch;
