drop schema if exists runs cascade;
