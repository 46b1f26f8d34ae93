create table staging.measure (
  feed text not null,
  run int4 not null,
  dimension text not null check (dimension in ('completeness', 'validity', 'uniqueness', 'consistency', 'timeliness')),
  field text not null default '',
  good int8 not null,
  total int8 not null,
  value float8 not null,
  before float8,
  level text not null check (level in ('ok', 'warn', 'fail')),
  because text,
  primary key (feed, run, dimension, field)
);
comment on table staging.measure is 'How good a feed was once a run was published, a row a dimension of GB/T 36344 and field.';
comment on column staging.measure.feed is 'the feed';
comment on column staging.measure.run is 'run after which it was measured';
comment on column staging.measure.dimension is 'completeness, validity, uniqueness, consistency or timeliness';
comment on column staging.measure.field is 'supplier''s column; empty for the feed as a whole';
comment on column staging.measure.good is 'how many are as they should be; hours allowed, for timeliness';
comment on column staging.measure.total is 'of how many; hours taken, for timeliness';
comment on column staging.measure.value is 'their share, 0 to 1';
comment on column staging.measure.before is 'the share after the published run before this one';
comment on column staging.measure.level is 'ok, warn or fail';
comment on column staging.measure.because is 'threshold: below what is asked for; jump: far from the share before';

create view staging.feed_measure as
select feed, run, dimension, field, good, total, value, before, level, because from staging.measure;
comment on view staging.feed_measure is 'Published: how good each feed was, run by run.';

grant select, insert, update, delete on staging.measure to hushu_staging;
grant select on staging.feed_measure to hushu_operations;
