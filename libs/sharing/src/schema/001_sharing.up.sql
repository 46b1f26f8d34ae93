create schema sharing;
comment on schema sharing is 'What may be shared: the catalogue, what each grant allows, and the reading of records under a grant';
grant usage on schema sharing to hushu_sharing;

create table sharing.feed (
  feed text primary key,
  title_zh text not null,
  title_en text not null,
  supplier_zh text not null,
  supplier_en text not null,
  overdue_after_days int4 not null
);
comment on table sharing.feed is 'What a reader is told of each feed, from its contract; one row a feed';
comment on column sharing.feed.feed is 'The feed';
comment on column sharing.feed.title_zh is 'Chinese title';
comment on column sharing.feed.title_en is 'English title';
comment on column sharing.feed.supplier_zh is 'The department that delivers it, in Chinese';
comment on column sharing.feed.supplier_en is 'The department that delivers it, in English';
comment on column sharing.feed.overdue_after_days is 'Days after which its newest delivery counts as overdue';

create table sharing.field (
  path text primary key,
  facet text not null,
  attribute text not null,
  relation text not null,
  column_name text not null,
  type text not null check (type in ('text', 'code', 'date', 'month', 'stamp', 'integer', 'decimal', 'document', 'phone', 'person')),
  title_zh text not null,
  title_en text not null,
  feeds text[] not null,
  coverage text not null check (coverage in ('complete', 'local', 'partial')),
  protection text not null check (protection in ('normal', 'personal', 'sensitive', 'number'))
);
comment on table sharing.field is 'Every field of the unified record that the district''s contracts supply; one row a field';
comment on column sharing.field.path is 'facet.attribute, as on the wire';
comment on column sharing.field.facet is 'The facet, as on the wire';
comment on column sharing.field.attribute is 'The attribute, as on the wire';
comment on column sharing.field.relation is 'The registry''s published view it is read from';
comment on column sharing.field.column_name is 'The view''s column';
comment on column sharing.field.type is 'How the column is written on the wire';
comment on column sharing.field.title_zh is 'Chinese title';
comment on column sharing.field.title_en is 'English title';
comment on column sharing.field.feeds is 'Feeds that supply it';
comment on column sharing.field.coverage is 'complete: somebody without a row has none; otherwise a missing row answers unknown';
comment on column sharing.field.protection is 'Protection class by the feed''s contract';

create table sharing.product (
  id text primary key,
  version text not null,
  definition jsonb not null,
  loaded_at timestamptz not null
);
comment on table sharing.product is 'Data products of the catalogue (GB/T 21063), as approved in config/products';
comment on column sharing.product.id is 'The product';
comment on column sharing.product.version is 'SM3 of the definition, hex';
comment on column sharing.product.definition is 'The file''s content, checked';
comment on column sharing.product.loaded_at is 'When this version was loaded';

create table sharing.grant_terms (
  id text primary key,
  department text not null,
  version text not null,
  facets text not null,
  divisions text not null,
  definition jsonb not null,
  loaded_at timestamptz not null
);
comment on table sharing.grant_terms is 'What each grant allows; who holds it and whether it stands is the access lib''s matter';
comment on column sharing.grant_terms.id is 'The grant';
comment on column sharing.grant_terms.department is 'The department it was made for';
comment on column sharing.grant_terms.version is 'SM3 of the definition with its fields spelt out, hex';
comment on column sharing.grant_terms.facets is 'Setting hushu.facets of a reader under this grant';
comment on column sharing.grant_terms.divisions is 'Setting hushu.divisions of a reader under this grant';
comment on column sharing.grant_terms.definition is 'The grant with its products'' fields spelt out';
comment on column sharing.grant_terms.loaded_at is 'When this version was loaded';

create view sharing.standing_terms as
  select t.id, t.version, t.facets, t.divisions, t.definition, h.department, h.valid_from, h.valid_to
    from sharing.grant_terms t join access.standing_grant h on h.grant_id = t.id and h.department = t.department;
comment on view sharing.standing_terms is 'Grants that stand at this very moment, with what they allow; one row a grant';
comment on column sharing.standing_terms.id is 'The grant';
comment on column sharing.standing_terms.version is 'Version of its terms';
comment on column sharing.standing_terms.facets is 'Setting hushu.facets';
comment on column sharing.standing_terms.divisions is 'Setting hushu.divisions';
comment on column sharing.standing_terms.definition is 'The grant with its fields spelt out';
comment on column sharing.standing_terms.department is 'Its holder';
comment on column sharing.standing_terms.valid_from is 'Not before this moment';
comment on column sharing.standing_terms.valid_to is 'Not from this moment on; null: no end';

grant select, insert, update, delete on sharing.feed, sharing.field, sharing.product, sharing.grant_terms to hushu_sharing;
grant select on sharing.standing_terms to hushu_sharing;

create function sharing.tell_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('hushu_sharing', tg_table_name);
  return null;
end $$;
comment on function sharing.tell_change() is 'Rings the gateways when the catalogue or a grant''s terms change';
create trigger tell_change after insert or update or delete on sharing.field for each statement execute function sharing.tell_change();
create trigger tell_change after insert or update or delete on sharing.grant_terms for each statement execute function sharing.tell_change();
