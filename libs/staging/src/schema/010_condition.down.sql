drop view staging.feed_condition;
