create or replace function reconcile.next_valid_from(before date, since date, until date, as_of date) returns date
language sql immutable parallel safe as $$
  select case when since <= as_of and (before is null or since > before) then since when until > before then until else as_of end;
$$;
