-- grain: one audit event, in order
-- inputs: $1 after this seq, $2 at most so many
select seq::float8 as seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, body, h
  from access.audit where seq > $1 order by seq limit $2
