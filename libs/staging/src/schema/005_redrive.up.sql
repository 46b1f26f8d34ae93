alter table staging.reject add column value_token uuid, add column township text;
comment on column staging.reject.value_token is 'token of the faulty cell''s value, under a key of the feed: equal values can be counted and found, none can be read';
comment on column staging.reject.township is 'township, 9 digits, of the first readable division of the row; null where it has none';

create table staging.reject_form (
  run int4 primary key,
  columns text[] not null,
  format jsonb not null
);
comment on table staging.reject_form is 'How the raw lines of a run''s rejects are to be read, one row a run.';
comment on column staging.reject_form.run is 'the run';
comment on column staging.reject_form.columns is 'columns in the order the delivery had them';
comment on column staging.reject_form.format is 'kind, encoding, delimiter and widths the delivery was read by';

create table staging.reject_end (
  run int4 not null,
  row_no int4 not null,
  how text not null check (how in ('mended', 'mended-by-supplier', 'withdrawn', 'rejected-again', 'superseded')),
  by_run int4 not null,
  by_row int4,
  primary key (run, row_no)
);
comment on table staging.reject_end is 'Rejected rows that are settled, and how; a reject without a row here is open.';
comment on column staging.reject_end.run is 'the run that rejected it';
comment on column staging.reject_end.row_no is 'row of that delivery';
comment on column staging.reject_end.how is 'mended: driven again and taken; mended-by-supplier: delivered again and taken; withdrawn: a later full delivery has it no more; rejected-again: see by_run, by_row; superseded: another row of its source key was taken';
comment on column staging.reject_end.by_run is 'the published run that settled it';
comment on column staging.reject_end.by_row is 'row of that run, where one is known';

create table staging.redriven (
  redrive int4 not null,
  of_run int4 not null,
  of_row int4 not null,
  row_no int4 not null,
  primary key (redrive, of_run, of_row)
);
create index redriven_row on staging.redriven (redrive, row_no);
comment on table staging.redriven is 'Which rejected rows an order drives again, and where each stands in the delivery made of them.';
comment on column staging.redriven.redrive is 'the order';
comment on column staging.redriven.of_run is 'the run that rejected the row';
comment on column staging.redriven.of_row is 'row of that run''s delivery';
comment on column staging.redriven.row_no is 'row of the order''s delivery';

create view staging.reject_state as
select r.run, r.row_no, r.ordinal, r.feed, r.rule, r.field, r.township, r.value_token,
       coalesce(e.how, 'open') as state, e.by_run, e.by_row
from staging.reject r left join staging.reject_end e on e.run = r.run and e.row_no = r.row_no;
comment on view staging.reject_state is 'Published: rejects without their raw lines and keys, and what became of them.';

grant select, insert, update, delete on staging.reject_form, staging.reject_end, staging.redriven to hushu_staging;
grant select on staging.reject_state to hushu_operations;
