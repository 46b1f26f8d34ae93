create view staging.feed_condition as
select k.feed, greatest(s.newest_as_of, f.current_as_of) as at, l.state as last_run,
       coalesce((select json_agg(json_build_object('dimension', m.dimension, 'field', m.field, 'level', m.level, 'because', m.because) order by m.dimension, m.field)
                   from staging.feed_measure m
                  where m.feed = k.feed and m.level <> 'ok' and m.run = (select max(n.run) from staging.feed_measure n where n.feed = k.feed)), '[]') as measures,
       coalesce((select json_agg(json_build_object('kind', d.kind, 'field', d.field, 'state', d.state) order by d.id)
                   from runs.feed_drift d where d.feed = k.feed and d.state in ('open', 'stopped')), '[]') as drift,
       case when f.outcome = 'failed' then json_build_object('rule', f.reason_rule, 'failures', f.failures) end as failing
  from (select feed from runs.run_status union select feed from runs.fetch_status) k
  left join runs.feed_status s on s.feed = k.feed
  left join runs.fetch_status f on f.feed = k.feed
  left join lateral (select r.state from runs.run_status r where r.feed = k.feed order by r.id desc limit 1) l on true;
comment on view staging.feed_condition is 'Published: how each feed stands that ever delivered or is fetched: the time it is true for, its newest run, what was measured last and is not well, what waits in its inbox, why fetching fails.';
grant select on staging.feed_condition to hushu_operations, hushu_watch;
