-- grain: one run that was fetched from a neighbour, with what came of it
-- inputs: $1 run
select r.state, r.reason_rule as rule, r.file_name as "fileName", a.sm3,
       json_build_object('read', coalesce(r.rows_read, 0), 'duplicate', coalesce(r.rows_duplicate, 0), 'rejected', coalesce(r.rows_rejected, 0), 'unchanged', coalesce(r.rows_unchanged, 0),
         'added', coalesce(r.rows_added, 0), 'changed', coalesce(r.rows_changed, 0), 'removed', coalesce(r.rows_removed, 0), 'held', coalesce(r.rows_held, 0)) as counts
  from runs.run_status r join runs.arrival_status a on a.run = r.id where r.id = $1
