-- grain: the newest published run
-- inputs: none
select max(id)::int4 as run from runs.run_status where state = 'published'
