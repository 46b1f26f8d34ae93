drop view staging.feed_measure;
drop table staging.measure;
