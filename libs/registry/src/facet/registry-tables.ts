import type { TableSpec } from '#database';
import type { FeedContract } from '#feeds';
import { facetsOf, type Attribute, type Facet } from '#reconcile';
import { facetView, historyView, policies } from './facet-views.js';

/**
 * The typed tables of every facet the contracts supply, current and closed versions, with who may read which
 * rows and what is published. Identity has its tables from the migrations: who may write it is no contract's matter.
 */
export function registryTables(contracts: FeedContract[]): TableSpec[] {
  return facetsOf(contracts).filter((facet) => facet.name !== 'identity').flatMap((facet) => [current(facet), past(facet)]);
}

const KEPT = [
  { name: 'person', type: 'uuid', notNull: true, comment: 'the person' },
  { name: 'known_from', type: 'timestamptz', notNull: true, comment: 'when the hub knew' },
  { name: 'source_run', type: 'int4', notNull: true, comment: 'run that delivered it' },
  { name: 'valid_from', type: 'date', notNull: true, comment: 'since when it is so' },
];
const RUNS = { name: 'attribute_runs', type: 'int4[]', comment: 'run of each attribute in the order of the columns, where more than one row speaks' };
const CLOSED = [
  { name: 'valid_to', type: 'date', notNull: true, comment: 'until when it was so; equal to valid_from: it never was' },
  { name: 'known_to', type: 'timestamptz', notNull: true, comment: 'when the hub learned of the end' },
  { name: 'retracted_at', type: 'timestamptz', notNull: true, default: `'infinity'::timestamptz`, comment: 'when the hub learned that this was wrong' },
];

function current(facet: Facet): TableSpec {
  return {
    schema: 'registry',
    name: facet.table,
    comment: `Facet ${facet.name}: what holds now, one row a person.`,
    columns: columnsOf(facet),
    primaryKey: ['person'],
    indexes: facet.name === 'registration'
      ? [{ name: 'registration_of_household', columns: ['household_no'], where: 'household_no is not null' }] : [],
    statements: [...policies(facet, facet.table), ...facetView(facet)],
  };
}

function past(facet: Facet): TableSpec {
  return {
    schema: 'registry',
    name: facet.pastTable,
    comment: `Facet ${facet.name}: closed versions: so from valid_from to valid_to, believed without an end until known_to, not believed at all from retracted_at.`,
    columns: [...columnsOf(facet), ...CLOSED],
    indexes: [{ name: `${facet.pastTable}_of_person`, columns: ['person'] }],
    statements: [...policies(facet, facet.pastTable), ...historyView(facet)],
  };
}

function columnsOf(facet: Facet): TableSpec['columns'] {
  const own = facet.attributes.map(({ column, type, comment }: Attribute) => ({ name: column, type, comment }));
  return [...KEPT, ...own, ...(facet.runs ? [RUNS] : [])];
}
