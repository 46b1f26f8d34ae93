create table runs.drift (
  id int4 generated always as identity primary key,
  feed text not null,
  kind text not null check (kind in ('column-new', 'column-missing', 'column-renamed', 'column-retyped', 'code-new', 'null-rate', 'distribution')),
  field text not null,
  subject text not null default '',
  detail jsonb not null default '{}',
  rows int8,
  state text not null default 'open' check (state in ('open', 'stopped', 'accepted', 'mapped', 'settled')),
  contract_version text not null,
  first_run int4 not null references runs.run (id),
  last_run int4 not null references runs.run (id),
  first_seen timestamptz not null default clock_timestamp(),
  last_seen timestamptz not null default clock_timestamp(),
  seen int4 not null default 1,
  decided_by text,
  reason text,
  decided_at timestamptz,
  mapped_to text,
  amendments jsonb,
  lapsed boolean not null default false
);
comment on table runs.drift is 'What a supplier changed against its contract, one row a thing until somebody settles it or it goes by itself: an inbox.';
comment on column runs.drift.id is 'number of the entry';
comment on column runs.drift.feed is 'the feed';
comment on column runs.drift.kind is 'what changed: a column that is new, missing, renamed or of another type, a code that is new, a jump in empty values or in the share of codes';
comment on column runs.drift.field is 'column it is about: the contract''s, or the delivered one where the contract has none';
comment on column runs.drift.subject is 'what tells it from others of the same column: the delivered name, or the code; never a value that speaks of a person';
comment on column runs.drift.detail is 'circumstances by name: positions, likeness, shares, counts; never a value of a row';
comment on column runs.drift.rows is 'rows of the last delivery that show it, where they were counted';
comment on column runs.drift.state is 'open; stopped: the feed''s deliveries are held; accepted or mapped by people; settled: a later delivery shows it no more';
comment on column runs.drift.contract_version is 'version of the contract the delivery was read by';
comment on column runs.drift.first_run is 'first run that showed it';
comment on column runs.drift.last_run is 'last run that showed it';
comment on column runs.drift.first_seen is 'when it was seen first';
comment on column runs.drift.last_seen is 'when it was seen last';
comment on column runs.drift.seen is 'how many deliveries showed it';
comment on column runs.drift.decided_by is 'who decided last';
comment on column runs.drift.reason is 'why, in their words; never a number of a person';
comment on column runs.drift.decided_at is 'when they decided';
comment on column runs.drift.mapped_to is 'the contract''s column, or the hub''s code, it was mapped to';
comment on column runs.drift.amendments is 'what of the contract is amended by it; null: nothing';
comment on column runs.drift.lapsed is 'the feed''s folder has taken the change up itself: the amendment counts no more';
create unique index drift_once on runs.drift (feed, kind, field, subject) where state in ('open', 'stopped');
create index drift_of_feed on runs.drift (feed, id);

create table runs.contract_version (
  feed text not null,
  version text not null,
  folder_version text not null,
  amendments jsonb not null,
  since timestamptz not null default clock_timestamp(),
  primary key (feed, version)
);
comment on table runs.contract_version is 'Every version of a contract that was in force with amendments: what it takes to read an old delivery as it was read.';
comment on column runs.contract_version.feed is 'the feed';
comment on column runs.contract_version.version is 'the version, as runs name it';
comment on column runs.contract_version.folder_version is 'version of the folder it stands on';
comment on column runs.contract_version.amendments is 'what amended it';
comment on column runs.contract_version.since is 'when it came into force first';

-- One entry for one thing, counted once a run. What people have settled is not opened again while that holds; a jump is
-- measured against the new normal, so another one is news.
create function runs.note_drift(of_feed text, of_run int4, sighted jsonb, judged jsonb) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
declare
  s record;
  version text := (select contract_version from runs.run where id = of_run);
  made runs.drift;
begin
  for s in select * from jsonb_to_recordset(sighted) as x (kind text, field text, subject text, rows int8, detail jsonb) loop
    update runs.drift d set last_run = of_run, last_seen = clock_timestamp(), seen = seen + (last_run <> of_run)::int4, rows = s.rows
     where d.feed = of_feed and d.kind = s.kind and d.field = s.field and d.subject = s.subject
       and d.state in ('accepted', 'mapped') and not d.lapsed and s.kind not in ('null-rate', 'distribution');
    continue when found;
    insert into runs.drift as d (feed, kind, field, subject, detail, rows, contract_version, first_run, last_run)
    values (of_feed, s.kind, s.field, s.subject, s.detail, s.rows, version, of_run, of_run)
    on conflict (feed, kind, field, subject) where state in ('open', 'stopped')
    do update set last_run = of_run, last_seen = clock_timestamp(), seen = d.seen + (d.last_run <> of_run)::int4,
                  rows = excluded.rows, detail = excluded.detail, contract_version = excluded.contract_version
    returning * into made;
    if made.seen = 1 and made.first_run = of_run and not exists (
      select from runs.event e where e.feed = of_feed and e.kind = 'drift' and e.detail->>'drift' = made.id::text) then
      insert into runs.event (feed, run, kind, detail)
      values (of_feed, of_run, 'drift', jsonb_build_object('drift', made.id, 'kind', s.kind, 'field', s.field, 'subject', nullif(s.subject, '')));
    end if;
  end loop;
  for made in
    update runs.drift d set state = 'settled', decided_at = clock_timestamp()
     where d.feed = of_feed and d.state = 'open'
       and exists (select from jsonb_to_recordset(judged) as j (kind text, field text) where j.kind = d.kind and (j.field is null or j.field = d.field))
       and not exists (select from jsonb_to_recordset(sighted) as x (kind text, field text, subject text)
                        where x.kind = d.kind and x.field = d.field and x.subject = d.subject)
    returning d.*
  loop
    insert into runs.event (feed, run, kind, detail)
    values (of_feed, of_run, 'drift-settled', jsonb_build_object('drift', made.id, 'kind', made.kind, 'field', made.field, 'subject', nullif(made.subject, '')));
  end loop;
end $$;
comment on function runs.note_drift(text, int4, jsonb, jsonb) is 'Writes into the inbox what a run showed, and closes what it was looked for and did not show.';

create view runs.feed_drift as
select id, feed, kind, field, subject, detail, rows, state, contract_version, first_run, last_run, first_seen, last_seen, seen,
       decided_by, reason, decided_at, mapped_to, amendments, lapsed
from runs.drift;
comment on view runs.feed_drift is 'Published: the inbox of what suppliers changed.';

create view runs.contract_amendment as
select feed, id as drift, amendments from runs.drift where state in ('accepted', 'mapped') and amendments is not null and not lapsed;
comment on view runs.contract_amendment is 'Published: what amends contracts now, as people decided it.';

create view runs.contract_history as select feed, version, folder_version, amendments, since from runs.contract_version;
comment on view runs.contract_history is 'Published: amended versions of contracts that are or were in force.';

grant select, insert, update on runs.drift to hushu_runs;
grant usage on sequence runs.drift_id_seq to hushu_runs;
grant select, insert on runs.contract_version to hushu_runs;
grant select on runs.feed_drift, runs.contract_amendment, runs.contract_history to hushu_runs, hushu_staging, hushu_operations, hushu_watch;
revoke all on function runs.note_drift(text, int4, jsonb, jsonb) from public;
grant execute on function runs.note_drift(text, int4, jsonb, jsonb) to hushu_runs, hushu_staging;
