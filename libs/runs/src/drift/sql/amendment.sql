-- grain: a decision that amends a contract now
-- inputs: none
select feed, drift, amendments from runs.contract_amendment order by drift
