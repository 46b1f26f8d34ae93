-- grain: one field of the unified record
-- inputs: none
select path, facet, attribute, relation, column_name as "column", type, json_build_object('zh', title_zh, 'en', title_en) as title, feeds, coverage, protection
  from sharing.field order by path
