revoke select on runs.run_status, runs.feed_contract from hushu_exchange;
drop view runs.published_copy, runs.arrival_status;
revoke usage on schema runs from hushu_exchange;
