-- grain: one feed the district has a contract for
-- inputs: $1 now
select f.feed, json_build_object('zh', f.title_zh, 'en', f.title_en) as title, json_build_object('zh', f.supplier_zh, 'en', f.supplier_en) as supplier,
       to_char(s.newest_as_of at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') as at,
       s.newest_as_of is null or s.newest_as_of < $1::timestamptz - make_interval(days => f.overdue_after_days) as overdue
  from sharing.feed f left join runs.feed_status s on s.feed = f.feed order by f.feed
