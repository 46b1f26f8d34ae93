-- grain: one order: rows it took and what became of them
-- inputs: $1 order
select rows::float8 as rows, mended::float8 as mended, rejected_again::float8 as "rejectedAgain", superseded::float8 as superseded, open::float8 as open
  from staging.redrive_outcome where redrive = $1::int4
