create schema access;
comment on schema access is 'Departments, their clients, who holds which grant, and the audit of every look';
grant usage on schema access to hushu_access, hushu_sharing, hushu_operations;

create table access.department (
  id text primary key,
  name_zh text not null,
  name_en text not null,
  code text,
  state text not null default 'active' check (state in ('active', 'suspended')),
  created_at timestamptz not null default current_timestamp
);
comment on table access.department is 'A department that may hold grants; one row a department';
comment on column access.department.id is 'The id used in files, commands and tokens';
comment on column access.department.name_zh is 'Chinese name';
comment on column access.department.name_en is 'English name';
comment on column access.department.code is 'Unified social credit code (GB 32100)';
comment on column access.department.state is 'active, or suspended: none of its clients is let in';
comment on column access.department.created_at is 'When it was entered';

create table access.client (
  id text primary key,
  department text not null references access.department (id),
  grant_id text,
  scopes text[] not null,
  method text not null check (method in ('client_secret_basic', 'private_key_jwt')),
  secret_digest bytea,
  jwks jsonb,
  state text not null default 'active' check (state in ('active', 'revoked')),
  created_at timestamptz not null default current_timestamp,
  revoked_at timestamptz,
  check ((method = 'client_secret_basic') = (secret_digest is not null)),
  check ((method = 'private_key_jwt') = (jwks is not null))
);
comment on table access.client is 'A program of a department that may ask for tokens; one row a client';
comment on column access.client.id is 'client_id';
comment on column access.client.department is 'The department it belongs to';
comment on column access.client.grant_id is 'The only grant it may use; null: any grant its department holds';
comment on column access.client.scopes is 'What its tokens may be for: persons, operations';
comment on column access.client.method is 'How it proves itself at the token endpoint';
comment on column access.client.secret_digest is 'HMAC-SM3 of the client id and its secret; the secret itself is nowhere';
comment on column access.client.jwks is 'Its public keys, one algorithm a key';
comment on column access.client.state is 'active, or revoked: its tokens stop within a second';
comment on column access.client.created_at is 'When it was made';
comment on column access.client.revoked_at is 'When it was revoked';

create table access.seen_assertion (
  id text primary key,
  expires_at timestamptz not null
);
comment on table access.seen_assertion is 'Client assertions already used: a second use of one jti is refused';
comment on column access.seen_assertion.id is 'Digest of issuer and jti';
comment on column access.seen_assertion.expires_at is 'When the assertion would have expired by itself';

create table access.holding (
  grant_id text primary key,
  department text not null references access.department (id),
  state text not null default 'active' check (state in ('active', 'revoked')),
  valid_from timestamptz not null,
  valid_to timestamptz,
  revoked_at timestamptz,
  reason text
);
comment on table access.holding is 'Who holds a grant and whether it stands; what it allows is the sharing lib''s matter';
comment on column access.holding.grant_id is 'The grant';
comment on column access.holding.department is 'The department that holds it';
comment on column access.holding.state is 'active or revoked';
comment on column access.holding.valid_from is 'Not before this moment';
comment on column access.holding.valid_to is 'Not from this moment on; null: no end';
comment on column access.holding.revoked_at is 'When it was revoked';
comment on column access.holding.reason is 'Why it was revoked';

create view access.standing_grant as
  select h.grant_id, h.department, h.valid_from, h.valid_to
    from access.holding h join access.department d on d.id = h.department
   where h.state = 'active' and d.state = 'active'
     and h.valid_from <= clock_timestamp() and (h.valid_to is null or clock_timestamp() < h.valid_to);
comment on view access.standing_grant is 'Grants that stand at this very moment, with their holder; one row a grant';
comment on column access.standing_grant.grant_id is 'The grant';
comment on column access.standing_grant.department is 'Its holder';
comment on column access.standing_grant.valid_from is 'Not before this moment';
comment on column access.standing_grant.valid_to is 'Not from this moment on; null: no end';

create table access.audit (
  seq bigint primary key,
  at timestamptz not null,
  body text not null,
  h bytea not null
);
comment on table access.audit is 'Every look and every change of what may be looked at; append only, gap-free, chained';
comment on column access.audit.seq is 'Dense, from 1';
comment on column access.audit.at is 'When the event was sealed; stands in the body as well';
comment on column access.audit.body is 'The event as JSON, exactly the bytes that were hashed: pseudonyms, grant, purpose, operator, fields, never values';
comment on column access.audit.h is 'SM3(h of the row before, then this body); the row before the first has 32 zero bytes';

create table access.audit_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  h bytea not null,
  mac bytea not null
);
comment on table access.audit_head is 'The end of the audit chain; one row';
comment on column access.audit_head.one is 'Always true: there is one head';
comment on column access.audit_head.seq is 'The last row''s seq';
comment on column access.audit_head.h is 'The last row''s h';
comment on column access.audit_head.mac is 'HMAC-SM3 of seq and h under a key the store does not hold: a shortened chain cannot be signed anew';
insert into access.audit_head (seq, h, mac) values (0, decode(repeat('00', 32), 'hex'), ''::bytea);

create table access.daily_use (
  grant_id text not null,
  day date not null,
  requests bigint not null,
  persons bigint not null,
  primary key (grant_id, day)
);
comment on table access.daily_use is 'What was used of each grant a day, counted in the transaction that writes the audit';
comment on column access.daily_use.grant_id is 'The grant';
comment on column access.daily_use.day is 'The district''s calendar day';
comment on column access.daily_use.requests is 'Calls answered';
comment on column access.daily_use.persons is 'People asked for';

grant select, insert, update on access.department, access.client, access.holding, access.daily_use to hushu_access;
grant select, insert, delete on access.seen_assertion to hushu_access;
grant select, insert on access.audit to hushu_access;
grant select, update on access.audit_head to hushu_access;
grant select on access.standing_grant to hushu_access, hushu_sharing;

create function access.tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('hushu_access', tg_table_name);
  return null;
end $$;
comment on function access.tell_change() is 'Rings the gateways when a department, client or holding changes';
create trigger tell_change after insert or update or delete on access.department for each statement execute function access.tell_change();
create trigger tell_change after insert or update or delete on access.client for each statement execute function access.tell_change();
create trigger tell_change after insert or update or delete on access.holding for each statement execute function access.tell_change();
