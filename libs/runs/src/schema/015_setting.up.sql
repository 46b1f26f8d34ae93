create table runs.setting (
  file text primary key,
  places jsonb not null,
  applied_at timestamptz not null
);
comment on table runs.setting is 'The files of the district''s settings as they were last applied, so that a change is told on the timelines of its feeds.';
comment on column runs.setting.file is 'name of the file in config/settings';
comment on column runs.setting.places is 'digest of the value at each place of the file; never the value';
comment on column runs.setting.applied_at is 'when it was applied';
grant select, insert, update, delete on runs.setting to hushu_runs;
