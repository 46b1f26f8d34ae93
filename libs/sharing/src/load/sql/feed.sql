-- grain: one feed
-- inputs: $1 feeds as JSON
insert into sharing.feed as known (feed, title_zh, title_en, supplier_zh, supplier_en, overdue_after_days)
select f.feed, f.title ->> 'zh', f.title ->> 'en', f.supplier ->> 'zh', f.supplier ->> 'en', f."overdueAfterDays"
  from jsonb_to_recordset($1::jsonb) as f (feed text, title jsonb, supplier jsonb, "overdueAfterDays" int4)
on conflict (feed) do update set
  title_zh = excluded.title_zh, title_en = excluded.title_en, supplier_zh = excluded.supplier_zh, supplier_en = excluded.supplier_en,
  overdue_after_days = excluded.overdue_after_days
