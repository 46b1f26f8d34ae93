-- grain: one grant
-- inputs: $1 grants as JSON, $2 time
insert into sharing.grant_terms as known (id, department, version, facets, divisions, definition, loaded_at)
select g.id, g.department, g.version, g.facets, g.divisions, g.definition, $2::timestamptz
  from jsonb_to_recordset($1::jsonb) as g (id text, department text, version text, facets text, divisions text, definition jsonb)
on conflict (id) do update set
  department = excluded.department, version = excluded.version, facets = excluded.facets, divisions = excluded.divisions,
  definition = excluded.definition, loaded_at = excluded.loaded_at
where known.version <> excluded.version
