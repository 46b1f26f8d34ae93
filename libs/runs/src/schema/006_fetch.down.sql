drop view runs.fetch_status;
drop table runs.arrival;
drop table runs.fetch;
alter table runs.run drop column promised_rows;
