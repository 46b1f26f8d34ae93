-- A source with a catalogue of its own shows drift before there is a delivery.
alter table runs.drift alter column first_run drop not null, alter column last_run drop not null;
comment on column runs.drift.contract_version is 'version of the contract the delivery, or the source, was read by';
comment on column runs.drift.first_run is 'first run that showed it; null: only looks at the source have';
comment on column runs.drift.last_run is 'last run that showed it; null: only looks at the source have';
comment on column runs.drift.seen is 'how many deliveries, and looks at the source, showed it';

drop function runs.note_drift(text, int4, jsonb, jsonb);
-- One entry for one thing, counted once a run, and once for each look at a source (of_run null). What people have settled is not opened again while that holds; a jump is
-- measured against the new normal, so another one is news.
create function runs.note_drift(of_feed text, of_run int4, sighted jsonb, judged jsonb, by_version text default null) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
declare
  s record;
  version text := coalesce((select contract_version from runs.run where id = of_run), by_version);
  made runs.drift;
begin
  for s in select * from jsonb_to_recordset(sighted) as x (kind text, field text, subject text, rows int8, detail jsonb) loop
    update runs.drift d set last_run = coalesce(of_run, last_run), last_seen = clock_timestamp(), seen = seen + (of_run is null or last_run is distinct from of_run)::int4, rows = s.rows
     where d.feed = of_feed and d.kind = s.kind and d.field = s.field and d.subject = s.subject
       and d.state in ('accepted', 'mapped') and not d.lapsed and s.kind not in ('null-rate', 'distribution');
    continue when found;
    insert into runs.drift as d (feed, kind, field, subject, detail, rows, contract_version, first_run, last_run)
    values (of_feed, s.kind, s.field, s.subject, s.detail, s.rows, version, of_run, of_run)
    on conflict (feed, kind, field, subject) where state in ('open', 'stopped')
    do update set last_run = coalesce(of_run, d.last_run), last_seen = clock_timestamp(), seen = d.seen + (of_run is null or d.last_run is distinct from of_run)::int4,
                  rows = excluded.rows, detail = excluded.detail, contract_version = excluded.contract_version
    returning * into made;
    if made.seen = 1 and made.first_run is not distinct from of_run and not exists (
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
comment on function runs.note_drift(text, int4, jsonb, jsonb, text) is 'Writes into the inbox what a run, or a look at the source, showed, and closes what was looked for and not shown.';
revoke all on function runs.note_drift(text, int4, jsonb, jsonb, text) from public;
grant execute on function runs.note_drift(text, int4, jsonb, jsonb, text) to hushu_runs, hushu_staging;
