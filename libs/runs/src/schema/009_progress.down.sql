drop view runs.feed_timeline, runs.feed_contract, runs.run_transition, runs.run_progress;
drop table runs.contract, runs.transition, runs.progress;
