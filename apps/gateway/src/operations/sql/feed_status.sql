-- grain: one feed that ever delivered or is fetched; `fetch` is null of one that is handed in
-- inputs: $1 of these feeds or null
select feed, r.newest_as_of, r.published_at, coalesce(r.held, 0)::float8 as held, coalesce(r.active, 0)::float8 as active, coalesce(r.runs, 0)::float8 as runs,
       case when f.due_at is not null then json_build_object('due', f.due_at, 'active', f.active, 'startedAt', f.started_at, 'endedAt', f.ended_at,
         'outcome', f.outcome, 'failures', f.failures, 'waiting', f.waiting, 'rule', f.reason_rule, 'text', f.reason -> 'text', 'hint', f.reason -> 'hint') end as fetch
  from runs.feed_status r full join runs.fetch_status f using (feed)
 where ($1::text[] is null or feed = any($1)) order by feed
