create unlogged table reconcile.versioned (
  person uuid not null
);
comment on table reconcile.versioned is 'Working set of one apply: persons whose timeline of the facet in hand is made.';
comment on column reconcile.versioned.person is 'the person';

grant select, insert, update, delete, truncate on reconcile.versioned to hushu_reconcile;
