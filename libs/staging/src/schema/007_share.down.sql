drop table staging.share;
