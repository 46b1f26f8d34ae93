-- grain: one feed whose contract is in force
-- inputs: $1 by, $2 what changed; settings are of the whole district, so every feed's timeline tells it
insert into runs.event (feed, kind, by, detail) select feed, 'settings-changed', $1, $2::jsonb from runs.contract
