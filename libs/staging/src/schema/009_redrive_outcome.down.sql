drop view staging.redrive_outcome, staging.reject_settled;
drop index staging.reject_end_by;
create or replace view staging.reject_state as
select r.run, r.row_no, r.ordinal, r.feed, r.rule, r.field, r.township, r.value_token,
       coalesce(e.how, 'open') as state, e.by_run, e.by_row
from staging.reject r left join staging.reject_end e on e.run = r.run and e.row_no = r.row_no;
comment on view staging.reject_state is 'Published: rejects without their raw lines and keys, and what became of them.';
