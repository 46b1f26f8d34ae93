-- grain: one feed
-- inputs: $1 feed, $2 version, $3 definition
insert into runs.contract (feed, version, definition, applied_at) values ($1, $2, $3::jsonb, clock_timestamp())
on conflict (feed) do update set version = excluded.version, definition = excluded.definition, applied_at = excluded.applied_at
