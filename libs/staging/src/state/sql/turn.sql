-- grain: one row: by how much a run turns the sums of the hashes: what it brings, less what it takes away; what it closes
-- inputs: changes of the run, its table, current rows; $1 when the rows it closes stop holding
select coalesce(sum(f.one), 0) - coalesce(sum(c.one), 0) as now_one, coalesce(sum(f.two), 0) - coalesce(sum(c.two), 0) as now_two,
       coalesce(sum(c.past_one), 0) as past_one, coalesce(sum(c.past_two), 0) as past_two
  from staging.change k
  left join lateral (
    select hash_record_extended(row(:{fresh_state}), 1) as one, hash_record_extended(row(:{fresh_state}), 2) as two
    from :{fresh} f where k.op in ('I', 'U') and f.source_key = k.source_key and :{role_of_fresh} = k.role
  ) f on true
  left join lateral (
    select hash_record_extended(row(:{current_state}), 1) as one, hash_record_extended(row(:{current_state}), 2) as two,
           hash_record_extended(row(:{current_state}, $1::timestamptz), 1) as past_one, hash_record_extended(row(:{current_state}, $1::timestamptz), 2) as past_two
    from :{current} c where k.op in ('U', 'D') and c.source_key = k.source_key and :{role_of_current} = k.role
  ) c on true
 where k.run = :{run}
