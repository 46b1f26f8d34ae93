-- grain: one audit event; the whole batch is written, or nothing when the head has moved on
-- inputs: $1 last seq, $2 its h, $3 its mac, $4 the head's seq before, $5 the head's h before, $6 time, $7 bodies a line each, $8 their h joined, $9 grants, $10 days, $11 requests, $12 persons
with head as (
  update access.audit_head set seq = $1::bigint, h = $2::bytea, mac = $3::bytea
   where one and seq = $4::bigint and h = $5::bytea
  returning seq
), written as (
  insert into access.audit (seq, at, body, h)
  select $4::bigint + line.place, $6::timestamptz, line.body, substring($8::bytea from (32 * (line.place - 1) + 1)::int for 32)
    from head, string_to_table($7::text, E'\n') with ordinality as line (body, place)
), used as (
  insert into access.daily_use as today (grant_id, day, requests, persons)
  select use.grant_id, use.day, use.requests, use.persons
    from head, unnest($9::text[], $10::date[], $11::bigint[], $12::bigint[]) as use (grant_id, day, requests, persons)
  on conflict (grant_id, day) do update
    set requests = today.requests + excluded.requests, persons = today.persons + excluded.persons
  returning grant_id, day::text, persons::float8
)
select true as taken, used.grant_id, used.day, used.persons from head left join used on true
