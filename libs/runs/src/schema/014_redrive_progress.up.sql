alter table runs.redrive add column begun_at timestamptz, add column told_at timestamptz;
comment on column runs.redrive.begun_at is 'when the worker that holds it began to write its delivery';
comment on column runs.redrive.told_at is 'when done_rows was told last';

create view runs.redrive_progress as
select s.id, s.feed, s.filter, s.repaired_columns, s.by, s.state, s.matched, s.left_out, s.run, s.reason_rule, s.reason, s.created_at, s.ended_at,
       case s.state when 'waiting' then 'wait' when 'running' then 'write' when 'driving' then p.step end as step,
       case s.state when 'waiting' then 0 when 'running' then d.done_rows + coalesce(s.left_out, 0) when 'driving' then p.rows_done when 'done' then n.rows else 0 end::int8 as rows_done,
       case s.state when 'running' then s.matched else n.rows end::int8 as rows_expected,
       case s.state when 'running' then case when d.told_at > d.begun_at then (d.done_rows + coalesce(s.left_out, 0)) / extract(epoch from d.told_at - d.begun_at)::float8 end
            when 'driving' then p.rows_per_second end as rows_per_second,
       case s.state when 'running' then case when d.told_at > d.begun_at and d.done_rows > 0
              then greatest(s.matched - d.done_rows - coalesce(s.left_out, 0), 0) * extract(epoch from d.told_at - d.begun_at)::float8 / d.done_rows end
            when 'driving' then p.eta_seconds end as eta_seconds
  from runs.redrive_status s
  join runs.redrive d on d.id = s.id
  left join runs.run_progress p on p.run = s.run
  cross join lateral (select s.matched - coalesce(s.left_out, 0) as rows) n;
comment on view runs.redrive_progress is 'Published: orders to drive rejects again, the step at work and its rows: first their delivery is written, then it goes its run''s way.';

grant select on runs.redrive_progress to hushu_runs, hushu_operations;
