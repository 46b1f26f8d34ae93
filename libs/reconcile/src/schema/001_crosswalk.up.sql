create schema if not exists reconcile authorization hushu_migrate;
comment on schema reconcile is 'Who a staged row speaks of, and which value wins: the pool of subjects, the crosswalk, review tasks, conflicts.';

create table reconcile.subject (
  document uuid not null,
  person uuid not null,
  birth_date date,
  death_date date,
  current boolean not null,
  shared boolean not null default false,
  sex text,
  name_fold text,
  former_name text,
  constraint subject_pkey primary key (document, person)
);
comment on table reconcile.subject is 'The pool linkage looks in: one row a number and registered person who holds or held it, seeded by the spine.';
comment on column reconcile.subject.document is 'token of the number; the subject key of the row where there is no number';
comment on column reconcile.subject.person is 'person key: the number first known by, or the source key of a second holder';
comment on column reconcile.subject.birth_date is 'birth date as registered';
comment on column reconcile.subject.death_date is 'date of death as registered';
comment on column reconcile.subject.current is 'true: the number held now; false: one held before';
comment on column reconcile.subject.shared is 'another person holds or held the same number';
comment on column reconcile.subject.sex is 'sex as registered, GB/T 2261.1';
comment on column reconcile.subject.name_fold is 'folded name';
comment on column reconcile.subject.former_name is 'former name';
create index subject_of_person on reconcile.subject (person) where document <> person;

create table reconcile.crosswalk_exception (
  subject_key uuid not null,
  feed text not null,
  source_key uuid not null,
  role int2 not null,
  person uuid,
  state text not null check (state in ('linked', 'review', 'none')),
  rule text not null,
  version int4 not null,
  evidence int8 not null,
  run int4 not null,
  primary key (subject_key, feed, source_key, role)
);
comment on table reconcile.crosswalk_exception is 'Staged rows whose person is not simply their subject key: linked otherwise, under review, or nobody''s.';
comment on column reconcile.crosswalk_exception.subject_key is 'subject key of the staged row';
comment on column reconcile.crosswalk_exception.feed is 'feed of the staged row';
comment on column reconcile.crosswalk_exception.source_key is 'token of the supplier''s key';
comment on column reconcile.crosswalk_exception.role is 'whom the row speaks of: index in the contract''s roles';
comment on column reconcile.crosswalk_exception.person is 'person, when linked';
comment on column reconcile.crosswalk_exception.state is 'linked, review or none';
comment on column reconcile.crosswalk_exception.rule is 'rule that decided, by name';
comment on column reconcile.crosswalk_exception.version is 'version of the rules';
comment on column reconcile.crosswalk_exception.evidence is 'hash of what the decision looked at; another hash, and it is looked at again';
comment on column reconcile.crosswalk_exception.run is 'run that made the decision';
create index crosswalk_exception_of_person on reconcile.crosswalk_exception (person) where person is not null;
create index crosswalk_exception_of_source on reconcile.crosswalk_exception (source_key, role);

create table reconcile.review_task (
  id int8 generated always as identity primary key,
  subject_key uuid not null,
  feed text not null,
  source_key uuid not null,
  role int2 not null,
  state text not null default 'open' check (state in ('open', 'decided', 'withdrawn')),
  reason text not null,
  candidates uuid[] not null,
  evidence int8 not null,
  run int4 not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  person uuid,
  decided_by text
);
comment on table reconcile.review_task is 'Rows the rules are not sure of, for a person to decide; a decision stands until its evidence changes.';
comment on column reconcile.review_task.id is 'number of the task';
comment on column reconcile.review_task.subject_key is 'subject key of the staged row';
comment on column reconcile.review_task.feed is 'feed of the staged row';
comment on column reconcile.review_task.source_key is 'token of the supplier''s key';
comment on column reconcile.review_task.role is 'whom the row speaks of';
comment on column reconcile.review_task.state is 'open, decided, or withdrawn because the doubt went away';
comment on column reconcile.review_task.reason is 'rule that asked for a look';
comment on column reconcile.review_task.candidates is 'persons it may be';
comment on column reconcile.review_task.evidence is 'hash of what the doubt rests on';
comment on column reconcile.review_task.run is 'run that opened it';
comment on column reconcile.review_task.opened_at is 'known time of that run';
comment on column reconcile.review_task.closed_at is 'when it was decided or withdrawn';
comment on column reconcile.review_task.person is 'the decision: this person; null with state decided: none of them';
comment on column reconcile.review_task.decided_by is 'who decided';
create index review_task_of_row on reconcile.review_task (subject_key, feed, source_key, role);
create index review_task_open on reconcile.review_task (id) where state = 'open';

create table reconcile.conflict (
  person uuid not null,
  facet text not null,
  attribute text not null,
  winner_feed text not null,
  winner_value text,
  other_feed text not null,
  other_source_key uuid not null,
  other_role int2 not null,
  other_value text,
  run int4 not null,
  primary key (person, facet, attribute, other_feed, other_source_key, other_role)
);
comment on table reconcile.conflict is 'Values that lost: where two suppliers say different things of one person today.';
comment on column reconcile.conflict.person is 'the person';
comment on column reconcile.conflict.facet is 'facet of the attribute';
comment on column reconcile.conflict.attribute is 'attribute they disagree on';
comment on column reconcile.conflict.winner_feed is 'feed whose value is served';
comment on column reconcile.conflict.winner_value is 'that value as text';
comment on column reconcile.conflict.other_feed is 'feed that says something else';
comment on column reconcile.conflict.other_source_key is 'its row';
comment on column reconcile.conflict.other_role is 'its role';
comment on column reconcile.conflict.other_value is 'what it says, as text';
comment on column reconcile.conflict.run is 'run that found it';

create table reconcile.resolved_value (
  person uuid not null,
  facet text not null,
  attribute text not null,
  feed text not null,
  source_key uuid not null,
  role int2 not null,
  run int4 not null,
  primary key (person, facet, attribute)
);
comment on table reconcile.resolved_value is 'Which row''s value is served, for persons of whom two or more suppliers speak.';
comment on column reconcile.resolved_value.person is 'the person';
comment on column reconcile.resolved_value.facet is 'facet of the attribute';
comment on column reconcile.resolved_value.attribute is 'the attribute';
comment on column reconcile.resolved_value.feed is 'feed that won';
comment on column reconcile.resolved_value.source_key is 'its row';
comment on column reconcile.resolved_value.role is 'its role';
comment on column reconcile.resolved_value.run is 'run that delivered the value';

create table reconcile.standard_address (
  source_key uuid primary key,
  address_key int8,
  run int4 not null,
  address_code text not null,
  division text,
  address text
);
comment on table reconcile.standard_address is 'Standard addresses, for matching delivered addresses by code or by normalised text.';
comment on column reconcile.standard_address.source_key is 'token of the supplier''s key';
comment on column reconcile.standard_address.address_key is 'hash of the normalised text';
comment on column reconcile.standard_address.run is 'run that delivered it';
comment on column reconcile.standard_address.address_code is 'standard address code';
comment on column reconcile.standard_address.division is 'division it lies in';
comment on column reconcile.standard_address.address is 'address in full';
create index standard_address_by_code on reconcile.standard_address (address_code);
create index standard_address_by_text on reconcile.standard_address (address_key);

-- What one apply works on. They are filled and emptied inside it, so nothing is lost when a crash empties them.
create unlogged table reconcile.look_again (
  subject_key uuid not null,
  registered boolean
);
comment on table reconcile.look_again is 'Working set of one apply: subject keys whose rows are decided again.';
comment on column reconcile.look_again.subject_key is 'the subject key';
comment on column reconcile.look_again.registered is 'the number is in the pool; null until looked up';

create unlogged table reconcile.spine_person (
  person uuid not null
);
comment on table reconcile.spine_person is 'Working set of one apply of the spine: persons whose registration changed.';
comment on column reconcile.spine_person.person is 'the person';

create unlogged table reconcile.candidate_row (
  subject_key uuid not null,
  source_key uuid not null,
  feed text not null,
  role int2 not null,
  live boolean not null,
  registered boolean not null,
  precedence int4,
  birth_date date,
  death_date date,
  sex text,
  name_fold text,
  former_name text,
  recency text
);
comment on table reconcile.candidate_row is 'Working set of one apply: staged rows that are decided again, closed ones by their last version.';
comment on column reconcile.candidate_row.subject_key is 'subject key of the row';
comment on column reconcile.candidate_row.source_key is 'its source key';
comment on column reconcile.candidate_row.feed is 'its feed';
comment on column reconcile.candidate_row.role is 'its role';
comment on column reconcile.candidate_row.live is 'it holds now';
comment on column reconcile.candidate_row.registered is 'the number is in the pool';
comment on column reconcile.candidate_row.precedence is 'precedence of its identity; lower wins; null when it supplies none';
comment on column reconcile.candidate_row.birth_date is 'birth date as delivered';
comment on column reconcile.candidate_row.death_date is 'date of death as delivered';
comment on column reconcile.candidate_row.sex is 'sex as delivered';
comment on column reconcile.candidate_row.name_fold is 'folded name';
comment on column reconcile.candidate_row.former_name is 'former name';
comment on column reconcile.candidate_row.recency is 'sorts later rows behind earlier ones';

create unlogged table reconcile.candidate_pair (
  subject_key uuid not null,
  source_key uuid not null,
  feed text not null,
  role int2 not null,
  person uuid not null,
  agreement text,
  name_fold text,
  former_name text,
  birth_date date,
  other_name_fold text,
  other_former_name text,
  other_birth_date date
);
comment on table reconcile.candidate_pair is 'Working set of one apply: a row and a person it may speak of, with how their names agree.';
comment on column reconcile.candidate_pair.subject_key is 'subject key of the row';
comment on column reconcile.candidate_pair.source_key is 'its source key';
comment on column reconcile.candidate_pair.feed is 'its feed';
comment on column reconcile.candidate_pair.role is 'its role';
comment on column reconcile.candidate_pair.person is 'the person';
comment on column reconcile.candidate_pair.agreement is 'how the names agree; null until judged';
comment on column reconcile.candidate_pair.name_fold is 'the row''s folded name';
comment on column reconcile.candidate_pair.former_name is 'the row''s former name';
comment on column reconcile.candidate_pair.birth_date is 'the row''s birth date';
comment on column reconcile.candidate_pair.other_name_fold is 'the person''s folded name';
comment on column reconcile.candidate_pair.other_former_name is 'the person''s former name';
comment on column reconcile.candidate_pair.other_birth_date is 'the person''s birth date';

create unlogged table reconcile.decision (
  subject_key uuid not null,
  source_key uuid not null,
  feed text not null,
  role int2 not null,
  person uuid,
  state text not null,
  rule text not null,
  evidence int8 not null,
  candidates uuid[]
);
comment on table reconcile.decision is 'Working set of one apply: what was decided of each row looked at.';
comment on column reconcile.decision.subject_key is 'subject key of the row';
comment on column reconcile.decision.source_key is 'its source key';
comment on column reconcile.decision.feed is 'its feed';
comment on column reconcile.decision.role is 'its role';
comment on column reconcile.decision.person is 'person, when linked';
comment on column reconcile.decision.state is 'linked, review or none';
comment on column reconcile.decision.rule is 'rule that decided';
comment on column reconcile.decision.evidence is 'hash of what was looked at';
comment on column reconcile.decision.candidates is 'persons it may be';

create unlogged table reconcile.resolution (
  subject_key uuid not null,
  source_key uuid not null,
  feed text not null,
  role int2 not null,
  before uuid,
  after uuid
);
comment on table reconcile.resolution is 'Working set of one apply: whom each row looked at spoke of, and whom it speaks of now.';
comment on column reconcile.resolution.subject_key is 'subject key of the row';
comment on column reconcile.resolution.source_key is 'its source key';
comment on column reconcile.resolution.feed is 'its feed';
comment on column reconcile.resolution.role is 'its role';
comment on column reconcile.resolution.before is 'person before; null: nobody';
comment on column reconcile.resolution.after is 'person now; null: nobody';

create table reconcile.repeated (
  subject_key uuid not null
);
comment on table reconcile.repeated is 'Working set of one link and its apply: subject keys of which more than one row of a first delivery speaks. Logged, for a crash may come between the two.';
comment on column reconcile.repeated.subject_key is 'the subject key';

create unlogged table reconcile.affected (
  person uuid not null,
  facet text not null
);
comment on table reconcile.affected is 'Working set of one apply: persons whose facet the registry must look at again.';
comment on column reconcile.affected.person is 'the person';
comment on column reconcile.affected.facet is 'the facet, as its relation is named';

create function reconcile.next_valid_from(before date, since date, as_of date) returns date
language sql immutable parallel safe as $$
  select case when since <= as_of and (before is null or since > before) then since else as_of end;
$$;
comment on function reconcile.next_valid_from(date, date, date) is
  'Valid from of a version: its own date where it has one that is not in the future and later than the version before it, else the delivery''s.';

create aggregate reconcile.valid_from(date, date) (sfunc = reconcile.next_valid_from, stype = date);
comment on aggregate reconcile.valid_from(date, date) is 'Valid from of each version of a staged row, in the order they came.';

create function reconcile.drop_keys(of_table text) returns void
language plpgsql security definer set search_path = reconcile, pg_temp as $$
begin
  if of_table <> 'subject' or exists (select from reconcile.subject) then
    raise exception 'keys of % stay', of_table;
  end if;
  drop index reconcile.subject_of_person;
  alter table reconcile.subject drop constraint subject_pkey;
end $$;
comment on function reconcile.drop_keys(text) is 'Takes the keys off the empty pool before a first delivery fills it.';

create function reconcile.build_keys(of_table text) returns void
language plpgsql security definer set search_path = reconcile, pg_temp as $$
begin
  if of_table <> 'subject' then
    raise exception 'keys of % stay', of_table;
  end if;
  alter table reconcile.subject add constraint subject_pkey primary key (document, person);
  create index subject_of_person on reconcile.subject (person) where document <> person;
  analyze reconcile.subject (document, person);
end $$;
comment on function reconcile.build_keys(text) is 'Puts the pool''s keys on again when it is full: one sort instead of millions of insertions.';

create function reconcile.count_keys(of_table text, variadic of_columns text[]) returns void
language plpgsql security definer set search_path = reconcile, pg_temp as $$
begin
  execute format('analyze reconcile.%I (%s)', of_table, (select string_agg(quote_ident(c), ', ') from unnest(of_columns) c));
end $$;
comment on function reconcile.count_keys(text, text[]) is 'Tells the planner how large a working set is; only its owner may analyse a table.';

create view reconcile.document_alias as
select document, person from reconcile.subject where document <> person;
comment on view reconcile.document_alias is 'Published: numbers that lead to a person known by another key.';

create view reconcile.subject_key as
select person, document, current from reconcile.subject;
comment on view reconcile.subject_key is 'Published: which persons are registered, and by which numbers.';

create view reconcile.affected_person as select person, facet from reconcile.affected;
comment on view reconcile.affected_person is 'Published: of whom the registry must look again in the apply under way.';

create view reconcile.address as
select address_code, address_key, division, address from reconcile.standard_address;
comment on view reconcile.address is 'Published: standard addresses.';

grant usage on schema reconcile to hushu_reconcile, hushu_registry, hushu_spine, hushu_operations;
grant select, insert, update, delete on reconcile.subject, reconcile.crosswalk_exception, reconcile.review_task,
  reconcile.conflict, reconcile.resolved_value, reconcile.standard_address to hushu_reconcile;
grant select, insert, update, delete, truncate on reconcile.look_again, reconcile.candidate_row, reconcile.candidate_pair,
  reconcile.decision, reconcile.resolution, reconcile.affected, reconcile.repeated, reconcile.spine_person to hushu_reconcile;
grant select on reconcile.document_alias, reconcile.subject_key, reconcile.affected_person,
  reconcile.address to hushu_reconcile, hushu_registry, hushu_spine;
grant select on reconcile.crosswalk_exception, reconcile.review_task, reconcile.conflict, reconcile.resolved_value to hushu_operations;
grant execute on function reconcile.next_valid_from(date, date, date), reconcile.valid_from(date, date) to hushu_reconcile;
revoke all on function reconcile.drop_keys(text), reconcile.build_keys(text), reconcile.count_keys(text, text[]) from public;
grant execute on function reconcile.drop_keys(text), reconcile.build_keys(text), reconcile.count_keys(text, text[]) to hushu_reconcile;
