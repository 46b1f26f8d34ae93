drop view runs.redrive_status;
drop function runs.check_redrive(int4, int8);
alter table runs.run drop column redrive;
drop table runs.redrive;
