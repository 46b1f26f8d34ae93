alter table runs.run add column released boolean not null default false;
comment on column runs.run.released is 'people have looked at what held it: only being late holds it again';
