-- grain: one person who was asked for and may be seen; a number held by two has a row for each
-- inputs: $1 keys as uuid[], then what the plan names: the day ages count from, validAt, knownAt
select :{columns}
  from :{source}
  :{facets}
 where :{asked}
