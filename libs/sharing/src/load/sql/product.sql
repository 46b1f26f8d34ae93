-- grain: one product of the catalogue
-- inputs: $1 products as JSON, $2 time
insert into sharing.product as known (id, version, definition, loaded_at)
select p.id, p.version, p.definition, $2::timestamptz
  from jsonb_to_recordset($1::jsonb) as p (id text, version text, definition jsonb)
on conflict (id) do update set version = excluded.version, definition = excluded.definition, loaded_at = excluded.loaded_at
where known.version <> excluded.version
