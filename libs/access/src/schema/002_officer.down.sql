drop table access.answered_call;
drop table access.supply;
alter table access.client drop column officer;
alter table access.department drop column hub;
