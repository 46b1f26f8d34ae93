drop view runs.redrive_progress;
alter table runs.redrive drop column begun_at, drop column told_at;
