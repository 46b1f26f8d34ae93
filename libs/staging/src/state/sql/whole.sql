-- grain: one row: the sums of two hashes of each row that holds, and of each that no longer does
-- inputs: the feed's rows and closed rows, or those of a replay
select n.one as now_one, n.two as now_two, p.one as past_one, p.two as past_two
  from (select coalesce(sum(hash_record_extended(row(:{state}), 1)), 0) as one, coalesce(sum(hash_record_extended(row(:{state}), 2)), 0) as two from :{current}) n,
       (select coalesce(sum(hash_record_extended(row(:{state}, closed_as_of), 1)), 0) as one, coalesce(sum(hash_record_extended(row(:{state}, closed_as_of), 2)), 0) as two from :{past}) p
