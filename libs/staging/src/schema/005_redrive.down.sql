drop view staging.reject_state;
drop table staging.redriven;
drop table staging.reject_end;
drop table staging.reject_form;
alter table staging.reject drop column value_token, drop column township;
