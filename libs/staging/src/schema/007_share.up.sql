create table staging.share (
  feed text not null,
  run int4 not null,
  field text not null,
  code text not null,
  rows int8 not null,
  primary key (feed, run, field, code)
);
comment on table staging.share is 'How often each code stands in a column of codes: of a full delivery in the rows that held after it, of a delta in the rows it brought.';
comment on column staging.share.feed is 'the feed';
comment on column staging.share.run is 'run after which it was counted';
comment on column staging.share.field is 'supplier''s column';
comment on column staging.share.code is 'the hub''s code';
comment on column staging.share.rows is 'rows that hold it';

create table staging.brought (
  feed text not null,
  run int4 not null,
  field text not null,
  good int8 not null,
  total int8 not null,
  primary key (feed, run, field)
);
comment on table staging.brought is 'Of the rows a delta brought: how many hold a value, a row a column.';
comment on column staging.brought.feed is 'the feed';
comment on column staging.brought.run is 'the run that brought them';
comment on column staging.brought.field is 'supplier''s column';
comment on column staging.brought.good is 'rows that hold a value';
comment on column staging.brought.total is 'rows';

grant select, insert, update, delete on staging.share, staging.brought to hushu_staging;
