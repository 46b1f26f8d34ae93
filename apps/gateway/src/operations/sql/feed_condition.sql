-- grain: one feed that ever delivered: the state of its newest run, and what was measured after its newest published one and is not well
-- inputs: none
select distinct on (r.feed) r.feed, r.state,
       coalesce((select json_agg(json_build_object('dimension', m.dimension, 'field', m.field, 'level', m.level, 'because', m.because) order by m.dimension, m.field)
                   from staging.feed_measure m
                  where m.feed = r.feed and m.level <> 'ok' and m.run = (select max(n.run) from staging.feed_measure n where n.feed = r.feed)), '[]') as measures,
       coalesce((select json_agg(json_build_object('kind', d.kind, 'field', d.field, 'state', d.state) order by d.id)
                   from runs.feed_drift d where d.feed = r.feed and d.state in ('open', 'stopped')), '[]') as drift
  from runs.run_status r order by r.feed, r.id desc
