create table runs.redrive (
  id int4 generated always as identity primary key,
  feed text not null,
  filter jsonb not null,
  repairs bytea,
  repaired_columns text[] not null default '{}',
  by text not null,
  state text not null check (state in ('waiting', 'running', 'driving', 'done', 'cancelled', 'failed')),
  matched int4,
  done_rows int4 not null default 0,
  left_out int4,
  run int4 references runs.run (id),
  reason_rule text,
  reason jsonb,
  token int8 not null default 0,
  lease_by text,
  lease_until timestamptz,
  attempts int4 not null default 0,
  created_at timestamptz not null,
  ended_at timestamptz
);
comment on table runs.redrive is 'Orders to drive rejects again, one row an order: all that match a filter become one delivery, or none does.';
comment on column runs.redrive.id is 'number of the order';
comment on column runs.redrive.feed is 'feed whose rejects they are';
comment on column runs.redrive.filter is 'which rejects: run, row, rule, field, township, and the token of a value; never a value';
comment on column runs.redrive.repairs is 'values put in place of others, sealed (SM4-CTR, HMAC-SM3); null where the lines go as they were';
comment on column runs.redrive.repaired_columns is 'columns the repairs concern';
comment on column runs.redrive.by is 'who ordered it';
comment on column runs.redrive.state is 'waiting, running (its delivery is being written), driving (its run is at work), done (nothing was left to drive), cancelled or failed';
comment on column runs.redrive.matched is 'rejected rows the filter named when the order was taken up';
comment on column runs.redrive.done_rows is 'rows written so far';
comment on column runs.redrive.left_out is 'matched rows that cannot be driven as they are: lines without cells, lines kept in part, columns the contract does not know';
comment on column runs.redrive.run is 'the run they went into';
comment on column runs.redrive.reason_rule is 'why it failed';
comment on column runs.redrive.reason is 'that rule''s text in zh and en, with what to do';
comment on column runs.redrive.token is 'fencing token of the newest lease';
comment on column runs.redrive.lease_by is 'worker that holds the lease';
comment on column runs.redrive.lease_until is 'end of the lease unless renewed';
comment on column runs.redrive.attempts is 'leases given so far';
comment on column runs.redrive.created_at is 'when it was ordered';
comment on column runs.redrive.ended_at is 'when it ended without a run';
create index redrive_unfinished on runs.redrive (feed, id) where state in ('waiting', 'running', 'driving');

alter table runs.run add column redrive int4 references runs.redrive (id);
comment on column runs.run.redrive is 'order whose rejects the delivery holds, written by the hub as CSV in UTF-8; null for what a supplier delivered';

create function runs.check_redrive(of_redrive int4, of_token int8) returns void
language plpgsql security definer set search_path = runs, pg_temp as $$
begin
  perform 1 from runs.redrive where id = of_redrive and token = of_token and state = 'running' and lease_by is not null for key share;
  if not found then
    raise exception 'HUSHU fence: re-drive % is no longer held under token %', of_redrive, of_token using errcode = 'HU001';
  end if;
end $$;
comment on function runs.check_redrive(int4, int8) is 'Refuses a worker whose order was given to another or cancelled.';

create view runs.redrive_status as
select d.id, d.feed, d.filter, d.repaired_columns, d.by,
       case when d.state <> 'driving' then d.state
            when r.state = 'published' then 'done'
            when r.state in ('refused', 'failed', 'discarded') then 'failed'
            when r.state = 'held' then 'held'
            else 'driving' end as state,
       d.matched, d.done_rows, d.left_out, d.run,
       coalesce(d.reason_rule, case when r.state <> 'published' then r.reason_rule end) as reason_rule,
       coalesce(d.reason, case when r.state <> 'published' then r.reason end) as reason,
       d.created_at, coalesce(d.ended_at, r.ended_at) as ended_at
from runs.redrive d left join runs.run r on r.id = d.run;
comment on view runs.redrive_status is 'Published: orders to drive rejects again, and how far they got.';

grant select, insert, update, delete on runs.redrive to hushu_runs;
grant select on runs.redrive_status to hushu_runs, hushu_staging, hushu_operations;
revoke all on function runs.check_redrive(int4, int8) from public;
grant execute on function runs.check_redrive(int4, int8) to hushu_runs, hushu_staging;
