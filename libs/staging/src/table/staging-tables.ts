import type { TableSpec } from '#database';
import { identifier } from '#database';
import { feedRelation, stagedColumns, type FeedContract } from '#feeds';

const NOT_NULL = new Set(['subject_key', 'source_key', 'role', 'row_no', 'row_hash', 'warn', 'run']);

/** The typed tables of every feed: current rows, closed versions, and the views others read. */
export function stagingTables(contracts: FeedContract[]): TableSpec[] {
  return contracts.flatMap((contract) => [current(contract), past(contract)]);
}

function current(contract: FeedContract): TableSpec {
  const feed = feedRelation(contract.feed);
  const people = contract.roles.length > 0;
  const table = identifier('staging', `${feed}_row`);
  const view = identifier('staging', feed);
  return {
    schema: 'staging',
    name: `${feed}_row`,
    comment: `${contract.title.en} · ${contract.title.zh}: the rows that hold now, one a source record${people ? ' and role' : ''}.`,
    columns: stagedColumns(contract).map((column) => ({ ...column, notNull: NOT_NULL.has(column.name) })),
    primaryKey: people ? ['subject_key', 'source_key', 'role'] : ['source_key'],
    indexes: people ? [{ name: `${feed}_source`, columns: ['source_key'] }] : [],
    statements: [
      `grant select, insert, update, delete, truncate on ${table} to hushu_staging`,
      `create or replace view ${view} as select * from ${table}`,
      `comment on view ${view} is 'Published: the rows of ${contract.feed} that hold now.'`,
      `grant select on ${view} to hushu_staging, hushu_reconcile`,
    ],
  };
}

function past(contract: FeedContract): TableSpec {
  const feed = feedRelation(contract.feed);
  const table = identifier('staging', `${feed}_past`);
  const view = identifier('staging', `${feed}_history`);
  return {
    schema: 'staging',
    name: `${feed}_past`,
    comment: `${contract.title.en} · ${contract.title.zh}: rows that no longer hold.`,
    columns: [
      ...stagedColumns(contract).map((column) => ({ ...column, notNull: NOT_NULL.has(column.name) })),
      { name: 'closed_as_of', type: 'timestamptz', notNull: true, comment: 'business time at which the row stopped holding' },
      { name: 'closed_known', type: 'timestamptz', notNull: true, comment: 'when the hub knew' },
      { name: 'closed_run', type: 'int4', notNull: true, comment: 'the run that closed it' },
    ],
    indexes: [
      { name: `${feed}_past_source`, columns: ['source_key'] },
      ...(contract.roles.length > 0 ? [{ name: `${feed}_past_subject`, columns: ['subject_key'] }] : []),
    ],
    statements: [
      `grant select, insert, update, delete on ${table} to hushu_staging`,
      `create or replace view ${view} as select * from ${table}`,
      `comment on view ${view} is 'Published: the rows of ${contract.feed} that no longer hold.'`,
      `grant select on ${view} to hushu_reconcile`,
    ],
  };
}
