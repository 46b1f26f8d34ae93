-- Grain: the newest published run of a feed, where it was not measured.
-- Inputs: the run ledger, measures.
select s.run from (select max(id) as run, feed from runs.run_status where state = 'published' group by feed) s
where not exists (select from staging.measure m where m.feed = s.feed and m.run = s.run) order by s.run
