-- Grain: a published delivery that was a repetition when it came, and may bring what a replay made of it.
-- Inputs: the run ledger, runs that were applied.
insert into registry.applied (run, feed, as_of, known_at)
select r.id, r.feed, r.as_of, $2::timestamptz from runs.run_status r
where r.feed = $1 and r.state = 'published' and not exists (select from registry.applied a where a.run = r.id)
