-- Grain: a column of the delivery, with how many rows were rejected for it; null for rows that could not be read as such.
-- Inputs: $1 the run.
select field, count(distinct row_no) as rows, count(distinct row_no) filter (where rule = 'key-contested') as contested
from staging.reject where run = $1 group by field
