-- grain: the day
-- inputs: $1 the district's day
select coalesce(sum(requests), 0)::float8 as requests, coalesce(sum(persons), 0)::float8 as persons from access.daily_use where day = $1::date
