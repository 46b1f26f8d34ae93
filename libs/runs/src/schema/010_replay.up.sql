alter table runs.run add column replayed boolean not null default false;
comment on column runs.run.replayed is 'it came late: its feed was replayed with it in its place, and what differs is put in place of what was published';
