-- grain: one grant that stands at this moment
-- inputs: none
select id, version, facets, divisions, department, definition from sharing.standing_terms
