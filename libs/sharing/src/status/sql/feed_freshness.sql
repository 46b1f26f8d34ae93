-- grain: one feed the district has a contract for
-- inputs: $1 now
select f.feed, json_build_object('zh', f.title_zh, 'en', f.title_en) as title, json_build_object('zh', f.supplier_zh, 'en', f.supplier_en) as supplier,
       c.definition ->> 'origin' as origin,
       to_char(s.at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') as at,
       s.at is null or s.at < $1::timestamptz - make_interval(days => f.overdue_after_days) as overdue
  from sharing.feed f left join runs.feed_contract c using (feed) left join (
    -- A look that found no newer change says as much as a delivery that holds none.
    select feed, greatest(r.newest_as_of, l.current_as_of) as at from runs.feed_status r full join runs.fetch_status l using (feed)
  ) s on s.feed = f.feed order by f.feed
