-- grain: one row: the sums of two hashes of each row of a first delivery
-- inputs: the run's table
select coalesce(sum(hash_record_extended(row(:{state}), 1)), 0) as now_one, coalesce(sum(hash_record_extended(row(:{state}), 2)), 0) as now_two, 0 as past_one, 0 as past_two
  from :{fresh}
