create or replace view staging.reject_state as
select r.run, r.row_no, r.ordinal, r.feed, r.rule, r.field, r.township, r.value_token,
       coalesce(e.how, case when s.state in ('discarded', 'refused', 'failed') then 'discarded' else 'open' end) as state, e.by_run, e.by_row
from staging.reject r
join runs.run_status s on s.id = r.run
left join staging.reject_end e on e.run = r.run and e.row_no = r.row_no;
comment on view staging.reject_state is 'Published: rejects without their raw lines and keys, and what became of them; discarded: those of a delivery that came to nothing.';

create view staging.redrive_outcome as
select m.redrive, count(*) as rows,
       count(*) filter (where e.by_run = d.run and e.how = 'mended') as mended,
       count(*) filter (where e.by_run = d.run and e.how = 'rejected-again') as rejected_again,
       count(*) filter (where e.how is not null and (e.by_run is distinct from d.run or e.how not in ('mended', 'rejected-again'))) as superseded,
       count(*) filter (where e.how is null) as open
from staging.redriven m
join runs.redrive_status d on d.id = m.redrive
left join staging.reject_end e on e.run = m.of_run and e.row_no = m.of_row
group by m.redrive;
comment on view staging.redrive_outcome is 'Published: what became of the rejects an order took, by its run or, superseded, by another: rows = mended + rejected_again + superseded + open.';

create view staging.reject_settled as
select e.by_run, e.how, e.run as of_run, r.rule, r.field, count(*) as rejects
from staging.reject_end e
join staging.reject r on r.run = e.run and r.row_no = e.row_no and r.ordinal = 0
group by e.by_run, e.how, e.run, r.rule, r.field;
comment on view staging.reject_settled is 'Published: what a run made of rejects of earlier ones, by how, their run and the first rule they broke; one row is counted once.';

create index reject_end_by on staging.reject_end (by_run);

grant select on staging.redrive_outcome, staging.reject_settled to hushu_operations;
