-- grain: one field of the unified record
-- inputs: $1 fields as JSON
insert into sharing.field as known (path, facet, attribute, relation, column_name, type, title_zh, title_en, feeds, coverage, protection)
select f.path, f.facet, f.attribute, f.relation, f."column", f.type, f.title ->> 'zh', f.title ->> 'en', f.feeds, f.coverage, f.protection
  from jsonb_to_recordset($1::jsonb) as f (
    path text, facet text, attribute text, relation text, "column" text, type text, title jsonb, feeds text[], coverage text, protection text)
on conflict (path) do update set
  facet = excluded.facet, attribute = excluded.attribute, relation = excluded.relation, column_name = excluded.column_name,
  type = excluded.type, title_zh = excluded.title_zh, title_en = excluded.title_en, feeds = excluded.feeds,
  coverage = excluded.coverage, protection = excluded.protection
where (known.*) is distinct from (excluded.*)
