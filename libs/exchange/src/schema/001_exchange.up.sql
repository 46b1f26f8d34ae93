create schema exchange authorization hushu_migrate;
comment on schema exchange is 'What goes between this hub and its neighbours: deliveries given, receipts and reports of rejects, both ways, and their catalogues.';

create table exchange.giving (
  hub text not null,
  feed text not null,
  primary key (hub, feed)
);
comment on table exchange.giving is 'Which feed is given to which neighbour: one row each, held while its deliveries are numbered.';
comment on column exchange.giving.hub is 'the neighbour';
comment on column exchange.giving.feed is 'our feed';

create table exchange.offer (
  hub text not null,
  feed text not null,
  sequence int4 not null check (sequence > 0),
  run int4 not null,
  stored_path text not null,
  bytes int8 not null,
  rows int8 not null,
  sm3 text not null,
  as_of timestamptz not null,
  manifest text not null,
  offered_at timestamptz not null,
  given int4 not null default 0,
  given_at timestamptz,
  primary key (hub, feed, sequence),
  unique (hub, feed, run)
);
comment on table exchange.offer is 'Deliveries a neighbour may take, numbered without a gap in the order they were published.';
comment on column exchange.offer.hub is 'the neighbour it is for';
comment on column exchange.offer.feed is 'our feed';
comment on column exchange.offer.sequence is 'its number, dense from 1 a neighbour and feed';
comment on column exchange.offer.run is 'the run that published it';
comment on column exchange.offer.stored_path is 'the sealed copy of its bytes as delivered';
comment on column exchange.offer.bytes is 'bytes as delivered';
comment on column exchange.offer.rows is 'data rows';
comment on column exchange.offer.sm3 is 'SM3 of the bytes as delivered, hex';
comment on column exchange.offer.as_of is 'the supplier''s business time';
comment on column exchange.offer.manifest is 'all this, signed by this hub (JWS)';
comment on column exchange.offer.offered_at is 'when it was numbered';
comment on column exchange.offer.given is 'how often its bytes were asked for';
comment on column exchange.offer.given_at is 'when they were last';

create table exchange.receipt (
  hub text not null,
  feed text not null,
  sequence int4 not null,
  outcome text not null check (outcome in ('taken', 'refused')),
  rule text,
  counts jsonb,
  statement text not null,
  received_at timestamptz not null,
  primary key (hub, feed, sequence),
  foreign key (hub, feed, sequence) references exchange.offer
);
comment on table exchange.receipt is 'What neighbours say came of the deliveries they took: one a delivery, the last word.';
comment on column exchange.receipt.hub is 'the neighbour that took it';
comment on column exchange.receipt.feed is 'our feed';
comment on column exchange.receipt.sequence is 'number of the delivery';
comment on column exchange.receipt.outcome is 'taken or refused';
comment on column exchange.receipt.rule is 'why it was refused';
comment on column exchange.receipt.counts is 'rows by what became of them, as the neighbour counts';
comment on column exchange.receipt.statement is 'the receipt, signed by the neighbour (JWS)';
comment on column exchange.receipt.received_at is 'when it came';

create table exchange.returned (
  hub text not null,
  feed text not null,
  sequence int4 not null,
  file_name text not null,
  rows int8 not null,
  bytes int8 not null,
  sm3 text not null,
  stored_path text not null,
  statement text not null,
  received_at timestamptz not null,
  primary key (hub, feed, sequence),
  foreign key (hub, feed, sequence) references exchange.offer
);
comment on table exchange.returned is 'Reports of rejects that neighbours sent back, one a delivery.';
comment on column exchange.returned.hub is 'the neighbour that rejected';
comment on column exchange.returned.feed is 'our feed';
comment on column exchange.returned.sequence is 'number of the delivery';
comment on column exchange.returned.file_name is 'what the neighbour calls the report';
comment on column exchange.returned.rows is 'rejected rows';
comment on column exchange.returned.bytes is 'bytes of the report';
comment on column exchange.returned.sm3 is 'SM3 of the report, hex';
comment on column exchange.returned.stored_path is 'the report, sealed';
comment on column exchange.returned.statement is 'what the neighbour says of it, signed (JWS)';
comment on column exchange.returned.received_at is 'when it came';

create table exchange.outgoing (
  id int8 generated always as identity primary key,
  hub text not null,
  feed text not null,
  sequence int4 not null,
  kind text not null check (kind in ('receipt', 'returned')),
  our_feed text not null,
  run int4 not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'refused')),
  attempts int4 not null default 0,
  due_at timestamptz not null,
  sent_at timestamptz,
  reason jsonb,
  unique (run, kind)
);
comment on table exchange.outgoing is 'What this hub owes its neighbours for deliveries it took: a receipt, and a report where rows were rejected; sent until it is taken.';
comment on column exchange.outgoing.id is 'order in which it came to be owed';
comment on column exchange.outgoing.hub is 'the neighbour that gave the delivery';
comment on column exchange.outgoing.feed is 'the feed as that neighbour calls it';
comment on column exchange.outgoing.sequence is 'number of the delivery';
comment on column exchange.outgoing.kind is 'receipt, or returned: a report of rejects';
comment on column exchange.outgoing.our_feed is 'the feed as we call it';
comment on column exchange.outgoing.run is 'the run the delivery became';
comment on column exchange.outgoing.state is 'waiting, sent, or refused for good by the neighbour';
comment on column exchange.outgoing.attempts is 'attempts so far';
comment on column exchange.outgoing.due_at is 'next attempt';
comment on column exchange.outgoing.sent_at is 'when the neighbour took it';
comment on column exchange.outgoing.reason is 'why the last attempt failed, in zh and en';
create index outgoing_due on exchange.outgoing (due_at) where state = 'waiting';

create table exchange.upstream (
  hub text primary key,
  due_at timestamptz not null,
  fetched_at timestamptz,
  reason jsonb
);
comment on table exchange.upstream is 'When each neighbour''s catalogue is fetched; one row a neighbour.';
comment on column exchange.upstream.hub is 'the neighbour';
comment on column exchange.upstream.due_at is 'when it is fetched next';
comment on column exchange.upstream.fetched_at is 'when it was last fetched';
comment on column exchange.upstream.reason is 'why the last fetch failed, in zh and en';

create table exchange.entry (
  hub text not null,
  feed text not null,
  entry jsonb not null,
  fetched_at timestamptz not null,
  primary key (hub, feed)
);
comment on table exchange.entry is 'Catalogue entries of neighbours: what each gives us, as it last said.';
comment on column exchange.entry.hub is 'the neighbour';
comment on column exchange.entry.feed is 'its feed';
comment on column exchange.entry.entry is 'the entry: metadata after GB/T 21063, form of the deliveries, origin';
comment on column exchange.entry.fetched_at is 'when it was last seen there';

create view exchange.offer_status as
select o.hub, o.feed, o.sequence, o.run, o.bytes, o.rows, o.sm3, o.as_of, o.offered_at, o.given, o.given_at,
       r.outcome, r.rule, r.counts, r.received_at, b.rows as returned_rows, b.file_name as returned_file, b.received_at as returned_at
  from exchange.offer o left join exchange.receipt r using (hub, feed, sequence) left join exchange.returned b using (hub, feed, sequence);
comment on view exchange.offer_status is 'Published: deliveries offered to neighbours and what came of them.';
create view exchange.outgoing_status as
select id, hub, feed, sequence, kind, our_feed, run, state, attempts, due_at, sent_at, reason from exchange.outgoing;
comment on view exchange.outgoing_status is 'Published: receipts and reports owed to neighbours.';
create view exchange.entry_status as select hub, feed, entry, fetched_at from exchange.entry;
comment on view exchange.entry_status is 'Published: catalogue entries of neighbours.';
create view exchange.upstream_status as select hub, due_at, fetched_at, reason from exchange.upstream;
comment on view exchange.upstream_status is 'Published: when each neighbour''s catalogue was fetched.';

grant usage on schema exchange to hushu_exchange, hushu_operations;
grant select, insert, update, delete on all tables in schema exchange to hushu_exchange;
grant usage on sequence exchange.outgoing_id_seq to hushu_exchange;
grant select on exchange.offer_status, exchange.outgoing_status, exchange.entry_status, exchange.upstream_status to hushu_operations;
