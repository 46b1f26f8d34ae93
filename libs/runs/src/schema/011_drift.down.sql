drop function runs.note_drift(text, int4, jsonb, jsonb);
drop view runs.contract_history, runs.contract_amendment, runs.feed_drift;
drop table runs.contract_version, runs.drift;
