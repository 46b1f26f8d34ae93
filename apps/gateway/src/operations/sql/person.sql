-- grain: one kind of person
-- inputs: none
select kind, count(*)::float8 as people from registry.person where kind <> 'gone' group by kind
