create schema if not exists registry authorization hushu_migrate;
comment on schema registry is 'What was decided, kept with history: persons, identity, households, relations, one facet a domain.';
grant usage on schema registry to hushu_registry, hushu_spine, hushu_sharing, hushu_operations, hushu_reader;
-- The published views belong to the reader; PostgreSQL wants an owner to be able to create where its views stand.
grant create on schema registry to hushu_reader;

create table registry.applied (
  run int4 primary key,
  feed text not null,
  as_of timestamptz not null,
  known_at timestamptz not null
);
comment on table registry.applied is 'Runs the registry holds, and the known time each was given: it never goes back.';
comment on column registry.applied.run is 'the run';
comment on column registry.applied.feed is 'its feed';
comment on column registry.applied.as_of is 'business time of the delivery';
comment on column registry.applied.known_at is 'known time of what it changed';

create table registry.person (
  person uuid primary key,
  kind text not null check (kind in ('registered', 'provisional', 'gone')),
  status text,
  division text,
  since_run int4 not null
);
comment on table registry.person is 'Everybody the hub ever gave a key to.';
comment on column registry.person.person is 'person key; never changes its meaning, never leaves';
comment on column registry.person.kind is 'registered: in the local register; provisional: known from other feeds only; gone: no row speaks of them any more';
comment on column registry.person.status is 'registration status of a registered person';
comment on column registry.person.division is 'division of registration, or of residence for a provisional person';
comment on column registry.person.since_run is 'run that made the person known';

create table registry.document_alias (
  document uuid not null,
  person uuid not null,
  primary key (document, person)
);
comment on table registry.document_alias is 'Numbers of persons known by another key: changed numbers, second holders of one number.';
comment on column registry.document_alias.document is 'token of the number';
comment on column registry.document_alias.person is 'the person';
create index document_alias_of_person on registry.document_alias (person);

create table registry.registered_identity (
  person uuid not null,
  known_from timestamptz not null,
  source_run int4 not null,
  valid_from date not null,
  document uuid,
  birth_date date,
  death_date date,
  document_kind text,
  name text,
  former_name text,
  sex text,
  ethnicity text,
  constraint registered_identity_pkey primary key (person)
);
comment on table registry.registered_identity is 'Identity of registered persons as of now; from the spine alone, and only its role can write here.';
comment on column registry.registered_identity.person is 'the person';
comment on column registry.registered_identity.known_from is 'when the hub knew';
comment on column registry.registered_identity.source_run is 'run that delivered it';
comment on column registry.registered_identity.valid_from is 'since when it is so';
comment on column registry.registered_identity.document is 'token of the document number';
comment on column registry.registered_identity.birth_date is 'birth date';
comment on column registry.registered_identity.death_date is 'date of death';
comment on column registry.registered_identity.document_kind is 'kind of document';
comment on column registry.registered_identity.name is 'name as registered';
comment on column registry.registered_identity.former_name is 'former name';
comment on column registry.registered_identity.sex is 'sex, GB/T 2261.1';
comment on column registry.registered_identity.ethnicity is 'ethnicity, GB/T 3304';

create table registry.registered_identity_past (
  like registry.registered_identity including comments,
  valid_to date not null,
  known_to timestamptz not null,
  retracted_at timestamptz not null default 'infinity'
);
comment on table registry.registered_identity_past is 'Closed versions: so from valid_from to valid_to, believed without an end until known_to, not believed at all from retracted_at.';
comment on column registry.registered_identity_past.valid_to is 'until when it was so; equal to valid_from: it never was';
comment on column registry.registered_identity_past.known_to is 'when the hub learned of the end';
comment on column registry.registered_identity_past.retracted_at is 'when the hub learned that this was wrong';
create index registered_identity_past_of_person on registry.registered_identity_past (person);

create table registry.provisional_identity (
  person uuid not null,
  known_from timestamptz not null,
  source_run int4 not null,
  valid_from date not null,
  document uuid,
  birth_date date,
  death_date date,
  document_kind text,
  name text,
  former_name text,
  sex text,
  ethnicity text,
  division text,
  attribute_runs int4[],
  constraint provisional_identity_pkey primary key (person)
);
comment on table registry.provisional_identity is 'Identity of persons who are not in the local register, as other feeds say.';
comment on column registry.provisional_identity.person is 'the person';
comment on column registry.provisional_identity.known_from is 'when the hub knew';
comment on column registry.provisional_identity.source_run is 'run that delivered the row of highest precedence';
comment on column registry.provisional_identity.valid_from is 'since when it is so';
comment on column registry.provisional_identity.document is 'token of the document number';
comment on column registry.provisional_identity.birth_date is 'birth date';
comment on column registry.provisional_identity.death_date is 'date of death';
comment on column registry.provisional_identity.document_kind is 'kind of document';
comment on column registry.provisional_identity.name is 'name';
comment on column registry.provisional_identity.former_name is 'former name';
comment on column registry.provisional_identity.sex is 'sex, GB/T 2261.1';
comment on column registry.provisional_identity.ethnicity is 'ethnicity, GB/T 3304';
comment on column registry.provisional_identity.division is 'division of residence as its supplier says';
comment on column registry.provisional_identity.attribute_runs is 'run of each attribute in the order of the columns, where more than one row speaks';

create table registry.provisional_identity_past (
  like registry.provisional_identity including comments,
  valid_to date not null,
  known_to timestamptz not null,
  retracted_at timestamptz not null default 'infinity'
);
comment on table registry.provisional_identity_past is 'Closed versions of provisional identity.';
comment on column registry.provisional_identity_past.valid_to is 'until when it was so; equal to valid_from: it never was';
comment on column registry.provisional_identity_past.known_to is 'when the hub learned of the end';
comment on column registry.provisional_identity_past.retracted_at is 'when the hub learned that this was wrong';
create index provisional_identity_past_of_person on registry.provisional_identity_past (person);

create table registry.change (
  run int4 not null,
  chunk int4 not null,
  op "char" not null check (op in ('I', 'U', 'D', 'C')),
  facet text not null,
  persons uuid[] not null,
  primary key (run, chunk)
);
-- Keys are noise to a compressor.
alter table registry.change alter column persons set storage external;
comment on table registry.change is 'Whose facets a run changed, in chunks of at most 512 persons; expanded for each consumer later.';
comment on column registry.change.run is 'the run';
comment on column registry.change.chunk is 'number of the chunk within the run';
comment on column registry.change.op is 'I: has the facet now; U: has another version; D: has it no longer; C: only the past was put right';
comment on column registry.change.facet is 'facet, as the unified record names it';
comment on column registry.change.persons is 'the persons';

create unlogged table registry.touched (
  person uuid not null,
  facet text not null,
  op "char" not null
);
comment on table registry.touched is 'Working set of one apply: persons whose facet changed.';
comment on column registry.touched.person is 'the person';
comment on column registry.touched.facet is 'the facet';
comment on column registry.touched.op is 'D: a current version was closed; I: one was opened; C: the past was put right';

-- Who may read which rows. The settings are set with every transaction of a caller; without them nothing is seen.
alter table registry.person enable row level security;
alter table registry.person force row level security;
create policy hub_person on registry.person to hushu_registry, hushu_spine using (true) with check (true);
create policy officer_person on registry.person for select to hushu_operations, hushu_migrate using (true);
create policy reader_person on registry.person for select to hushu_reader using (
  (select current_setting('hushu.facets') <> '')
  and ((select current_setting('hushu.divisions') = '*')
    or exists (select from unnest(string_to_array(current_setting('hushu.divisions'), ',')) d where starts_with(division, d))));

alter table registry.document_alias enable row level security;
alter table registry.document_alias force row level security;
create policy hub_document_alias on registry.document_alias to hushu_registry, hushu_spine using (true) with check (true);
create policy officer_document_alias on registry.document_alias for select to hushu_operations, hushu_migrate using (true);
create policy reader_document_alias on registry.document_alias for select to hushu_reader using (
  (select current_setting('hushu.facets') <> '')
  and ((select current_setting('hushu.divisions') = '*')
    or exists (select from registry.person p where p.person = document_alias.person)));

do $$
declare
  relation text;
begin
  foreach relation in array array['registered_identity', 'registered_identity_past', 'provisional_identity', 'provisional_identity_past'] loop
    execute format('alter table registry.%I enable row level security', relation);
    execute format('alter table registry.%I force row level security', relation);
    execute format('create policy hub_%1$s on registry.%1$I to hushu_registry, hushu_spine using (true) with check (true)', relation);
    execute format('create policy officer_%1$s on registry.%1$I for select to hushu_operations, hushu_migrate using (true)', relation);
    execute format($policy$create policy reader_%1$s on registry.%1$I for select to hushu_reader using (
      (select 'identity' = any (string_to_array(current_setting('hushu.facets'), ',')))
      and ((select current_setting('hushu.divisions') = '*')
        or exists (select from registry.person p where p.person = %1$I.person)))$policy$, relation);
  end loop;
end $$;

grant select on registry.person, registry.document_alias, registry.applied, registry.registered_identity, registry.registered_identity_past,
  registry.provisional_identity, registry.provisional_identity_past to hushu_reader, hushu_registry, hushu_spine, hushu_operations;
grant insert, update, delete on registry.person, registry.document_alias, registry.applied, registry.provisional_identity,
  registry.provisional_identity_past to hushu_registry;
grant insert, update, delete on registry.registered_identity, registry.registered_identity_past to hushu_spine;
grant select, insert, delete on registry.change to hushu_registry;
grant select, insert on registry.change to hushu_spine;
grant select on registry.change to hushu_sharing, hushu_operations;
grant select, insert, update, delete, truncate on registry.touched to hushu_registry, hushu_spine;

create view registry.identity as
select person, document, document_kind, name, former_name, sex, ethnicity, birth_date, death_date, valid_from, known_from,
       (select a.feed from registry.applied a where a.run = source_run) as source_feed, source_run, null::int4[] as attribute_runs
from registry.registered_identity
union all
select person, document, document_kind, name, former_name, sex, ethnicity, birth_date, death_date, valid_from, known_from,
       (select a.feed from registry.applied a where a.run = source_run), source_run, attribute_runs
from registry.provisional_identity;
comment on view registry.identity is 'Published: who each person is, registered or provisional, as of now.';

create view registry.identity_history as
select person, document, document_kind, name, former_name, sex, ethnicity, birth_date, death_date,
       valid_from, 'infinity'::date as valid_to, known_from, 'infinity'::timestamptz as known_to, 'infinity'::timestamptz as retracted_at,
       (select a.feed from registry.applied a where a.run = source_run) as source_feed, source_run, null::int4[] as attribute_runs
from registry.registered_identity
union all
select person, document, document_kind, name, former_name, sex, ethnicity, birth_date, death_date,
       valid_from, valid_to, known_from, known_to, retracted_at,
       (select a.feed from registry.applied a where a.run = source_run), source_run, null::int4[]
from registry.registered_identity_past
union all
select person, document, document_kind, name, former_name, sex, ethnicity, birth_date, death_date,
       valid_from, 'infinity', known_from, 'infinity', 'infinity',
       (select a.feed from registry.applied a where a.run = source_run), source_run, attribute_runs
from registry.provisional_identity
union all
select person, document, document_kind, name, former_name, sex, ethnicity, birth_date, death_date,
       valid_from, valid_to, known_from, known_to, retracted_at,
       (select a.feed from registry.applied a where a.run = source_run), source_run, attribute_runs
from registry.provisional_identity_past;
comment on view registry.identity_history is
  'Published: every version. One is seen at (v, k) when known_from <= k < retracted_at and valid_from <= v and (k < known_to or v < valid_to).';

create view registry.person_card as
select person, kind, status, division from registry.person;
comment on view registry.person_card is 'Published: every person, whether registered, with what status, where.';

create view registry.document_owner as
select person as document, person from registry.person where kind <> 'gone'
union all
select document, person from registry.document_alias;
comment on view registry.document_owner is 'Published: whose a document number is; two rows where two persons hold one number.';

create view registry.address as
select address_code, address_key, division, address from reconcile.address;
comment on view registry.address is 'Published: standard addresses.';

create view registry.address_match as
select address_key, min(address_code) as address_code
from reconcile.address where address_key is not null group by address_key having count(*) = 1;
comment on view registry.address_match is 'Published: addresses whose normalised text only one standard address has.';

alter view registry.identity owner to hushu_reader;
alter view registry.identity_history owner to hushu_reader;
alter view registry.person_card owner to hushu_reader;
alter view registry.document_owner owner to hushu_reader;

grant select on registry.address, registry.address_match to hushu_reader, hushu_sharing, hushu_registry, hushu_operations;
set role hushu_reader;
grant select on registry.identity, registry.identity_history, registry.person_card, registry.document_owner to hushu_sharing, hushu_operations;
reset role;

create table registry.dropped_key (
  relation text not null,
  statement text not null
);
comment on table registry.dropped_key is 'Keys taken off a table for a first delivery, as they are built again in the same transaction.';
comment on column registry.dropped_key.relation is 'the table';
comment on column registry.dropped_key.statement is 'what builds the key again';

create function registry.drop_keys(of_table text) returns boolean
language plpgsql security definer set search_path = registry, pg_temp as $$
declare
  filled boolean;
  key record;
begin
  -- A table of this schema that is empty: nothing else loses its keys.
  execute format('select exists (select from registry.%I)', of_table) into filled;
  if filled then
    return false;
  end if;
  for key in
    select i.relname, x.indisprimary, pg_get_indexdef(i.oid) as statement
    from pg_index x join pg_class i on i.oid = x.indexrelid
    where x.indrelid = format('registry.%I', of_table)::regclass
  loop
    if key.indisprimary then
      insert into registry.dropped_key values (of_table, format('alter table registry.%I add constraint %I primary key (person)', of_table, key.relname));
      execute format('alter table registry.%I drop constraint %I', of_table, key.relname);
    else
      insert into registry.dropped_key values (of_table, key.statement);
      execute format('drop index registry.%I', key.relname);
    end if;
  end loop;
  return true;
end $$;
comment on function registry.drop_keys(text) is 'Takes the keys off an empty table before a first delivery fills it; false when they must stay.';

create function registry.build_keys(of_table text) returns void
language plpgsql security definer set search_path = registry, pg_temp set default_statistics_target = 20 as $$
declare
  key record;
begin
  for key in delete from registry.dropped_key where relation = of_table returning statement loop
    execute key.statement;
  end loop;
  execute format('analyze registry.%I (person)', of_table);
end $$;
comment on function registry.build_keys(text) is 'Puts the keys on again when the table is full: one sort instead of millions of insertions.';

create function registry.count_keys(of_table text) returns void
language plpgsql security definer set search_path = registry, pg_temp set default_statistics_target = 20 as $$
begin
  execute format('analyze registry.%I (person)', of_table);
end $$;
comment on function registry.count_keys(text) is 'Tells the planner how large a working set is; only its owner may analyse a table.';

revoke all on function registry.drop_keys(text), registry.build_keys(text), registry.count_keys(text) from public;
grant execute on function registry.drop_keys(text), registry.build_keys(text), registry.count_keys(text) to hushu_registry, hushu_spine;
