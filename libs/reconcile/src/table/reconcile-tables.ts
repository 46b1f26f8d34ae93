import { identifier, type TableSpec } from '#database';
import { feedRelation, type FeedContract } from '#feeds';
import { facetsOf, type Facet } from '../facet/facet.js';

/**
 * What reconcile keeps a feed and a facet, made from the contracts: of each feed the rows a delivery leaves
 * open, and the published view of its rows with their persons; of each facet the timelines of one apply.
 */
export function reconcileTables(contracts: FeedContract[]): TableSpec[] {
  return [
    ...contracts.filter((contract) => contract.roles.length > 0).map(openRows),
    ...facetsOf(contracts).filter((facet) => facet.suppliers.length > 0).map(versions),
  ];
}

function openRows(contract: FeedContract): TableSpec {
  const feed = feedRelation(contract.feed);
  const table = identifier('reconcile', `${feed}_open`);
  const staged = identifier('staging', feed);
  const exception = (row: string): string => `x.subject_key = ${row}.subject_key and x.feed = '${contract.feed}' and x.source_key = ${row}.source_key and x.role = ${row}.role`;
  return {
    schema: 'reconcile',
    name: `${feed}_open`,
    comment: `Rows of a delivery of ${contract.feed} that do not plainly agree with one registered person; private to its run.`,
    columns: [
      { name: 'subject_key', type: 'uuid', notNull: true, comment: 'subject key of the row' },
      { name: 'source_key', type: 'uuid', notNull: true, comment: 'its source key' },
      { name: 'role', type: 'int2', notNull: true, comment: 'its role' },
      { name: 'registered', type: 'boolean', notNull: true, comment: 'the number is in the pool' },
    ],
    statements: [
      `grant select, insert, delete, truncate on ${table} to hushu_reconcile`,
      ...published(`${feed}_plain`, `the rows of ${contract.feed} that hold now and whose person is their subject key`, `
        select s.subject_key as person, s.* from ${staged} s
        where not exists (select from reconcile.crosswalk_exception x where ${exception('s')})`),
      ...published(`${feed}_resolved`, `the rows of ${contract.feed} that hold now, with the person they speak of`, `
        select p.* from reconcile.${identifier(`${feed}_plain`)} p
        union all
        select x.person, s.* from reconcile.crosswalk_exception x join ${staged} s on ${exception('s')} where x.person is not null`),
      ...published(`${feed}_spoken`, `every row of ${contract.feed} that holds or held, with the person it speaks of`, `
        select case when x.subject_key is null then s.subject_key else x.person end as person, s.source_key, s.role
        from (select subject_key, source_key, role from ${staged} union select subject_key, source_key, role from ${identifier('staging', `${feed}_history`)}) s
        left join reconcile.crosswalk_exception x on ${exception('s')}
        where x.subject_key is null or x.person is not null`),
      ...published(`${feed}_newcomer`, `the rows of a first delivery of ${contract.feed} that speak of people who are not registered`, `
        select s.subject_key as person, s.*
        from ${table} o join ${staged} s on s.subject_key = o.subject_key and s.source_key = o.source_key and s.role = o.role
        where not o.registered and not exists (select from reconcile.crosswalk_exception x where ${exception('s')})`),
    ],
  };
}

function versions(facet: Facet): TableSpec {
  const name = `${facet.relation}_version`;
  const table = identifier('reconcile', name);
  const columns = [
    { name: 'person', type: 'uuid', notNull: true, comment: 'the person' },
    { name: 'valid_from', type: 'date', notNull: true, comment: 'since when it is so' },
    { name: 'valid_to', type: 'date', notNull: true, comment: 'until when it was so; infinity: it is so' },
    { name: 'source_run', type: 'int4', notNull: true, comment: 'run that delivered it' },
    { name: 'source_feed', type: 'text', notNull: true, comment: 'its feed' },
    ...facet.attributes.map(({ column, type, comment }) => ({ name: column, type, comment })),
    ...(facet.runs ? [{ name: 'attribute_runs', type: 'int4[]', comment: 'run of each attribute, where more than one row speaks' }] : []),
  ];
  return {
    schema: 'reconcile',
    name,
    comment: `Working set of one apply: facet ${facet.name} of the affected persons through all time, as staged rows say today.`,
    columns,
    indexes: [{ name: `${name}_of_person`, columns: ['person'] }],
    statements: [
      `grant select, insert, delete, truncate on ${table} to hushu_reconcile`,
      ...published(`${facet.relation}_timeline`, `facet ${facet.name} of the affected persons through all time`, `select * from ${table}`),
    ],
  };
}

function published(name: string, comment: string, query: string): string[] {
  const view = identifier('reconcile', name);
  return [
    `drop view if exists ${view} cascade`,
    `create view ${view} as ${query.trim()}`,
    `comment on view ${view} is 'Published: ${comment}.'`,
    `grant select on ${view} to hushu_reconcile, hushu_registry, hushu_spine, hushu_operations`,
  ];
}
