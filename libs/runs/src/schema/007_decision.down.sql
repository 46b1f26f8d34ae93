drop view runs.run_decision;
drop table runs.decision;
