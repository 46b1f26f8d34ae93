drop aggregate reconcile.valid_from(date, date, date);
drop function reconcile.next_valid_from(date, date, date, date);

create function reconcile.next_valid_from(before date, since date, as_of date) returns date
language sql immutable parallel safe as $$
  select case when since <= as_of and (before is null or since > before) then since else as_of end;
$$;
comment on function reconcile.next_valid_from(date, date, date) is
  'Valid from of a version: its own date where it has one that is not in the future and later than the version before it, else the delivery''s.';

create aggregate reconcile.valid_from(date, date) (sfunc = reconcile.next_valid_from, stype = date);
comment on aggregate reconcile.valid_from(date, date) is 'Valid from of each version of a staged row, in the order they came.';

grant execute on function reconcile.next_valid_from(date, date, date), reconcile.valid_from(date, date) to hushu_reconcile;
