drop schema if exists bullmq cascade;
drop schema if exists runs cascade;
