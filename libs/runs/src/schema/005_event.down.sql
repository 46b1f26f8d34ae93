drop view runs.feed_event;
drop table runs.event;
