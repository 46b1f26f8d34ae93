-- Sums of hashes grow without end; what is kept of two of them is their last 64 bits each.
create function staging.state_text(one numeric, two numeric) returns text
language sql immutable parallel safe as $$
  select string_agg(lpad(to_hex((r - case when r >= 9223372036854775808 then 18446744073709551616 else 0 end)::int8), 16, '0'), '' order by nth)
  from (select nth, mod(mod(n, 18446744073709551616) + 18446744073709551616, 18446744073709551616) as r
        from unnest(array[one, two]) with ordinality as n (n, nth)) rest
$$;
comment on function staging.state_text(numeric, numeric) is 'Two sums of row hashes as 128 bits, hex.';
grant execute on function staging.state_text(numeric, numeric) to hushu_staging;
