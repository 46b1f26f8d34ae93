alter table access.client add column neighbour text check (neighbour <> '');
comment on column access.client.neighbour is 'The neighbour hub that calls by this client (scope exchange); null: no hub does';
