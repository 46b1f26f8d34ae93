drop table runs.setting;
