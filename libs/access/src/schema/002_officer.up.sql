alter table access.department add column hub boolean not null default false;
comment on column access.department.hub is 'The department that runs the hub: its officers act on every feed';

alter table access.client add column officer text check (officer <> '');
comment on column access.client.officer is 'The person who acts by this client; null: nobody, it only reads';

create table access.supply (
  feed text primary key,
  department text not null
);
comment on table access.supply is 'Whose matter a feed is, by its contract: officers of that department act on it; one row a feed';
comment on column access.supply.feed is 'The feed';
comment on column access.supply.department is 'Id of its supplier, which need not be a department that was entered';

create table access.answered_call (
  client text not null,
  key text not null,
  route text not null,
  digest bytea not null,
  status int4,
  answer text,
  at timestamptz not null,
  primary key (client, key)
);
comment on table access.answered_call is 'Calls that named an idempotency key, and their answers: the same call again is answered and not done again; kept a day';
comment on column access.answered_call.client is 'The client that called';
comment on column access.answered_call.key is 'The key it gave';
comment on column access.answered_call.route is 'Method and path of the call';
comment on column access.answered_call.digest is 'HMAC-SM3 of the body under a key that is not in the store';
comment on column access.answered_call.status is 'How it was answered; null: it is being done';
comment on column access.answered_call.answer is 'The answer as it left, JSON; never a value of a person';
comment on column access.answered_call.at is 'When it was first called';
create index answered_call_at on access.answered_call (at);

grant select, insert, update, delete on access.supply, access.answered_call to hushu_access;
create trigger tell_change after insert or update or delete on access.supply for each statement execute function access.tell_change();
