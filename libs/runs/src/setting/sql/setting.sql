-- grain: one file of settings
-- inputs: $1 file, $2 digest of each of its places
insert into runs.setting (file, places, applied_at) values ($1, $2::jsonb, clock_timestamp())
on conflict (file) do update set places = excluded.places, applied_at = excluded.applied_at
