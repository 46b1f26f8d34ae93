revoke usage on schema runs, staging from hushu_watch;
revoke select on runs.run_status, runs.feed_status from hushu_watch;
revoke select on staging.feed_measure from hushu_watch;
drop schema watch cascade;
