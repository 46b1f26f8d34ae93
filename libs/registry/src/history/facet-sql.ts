import { identifier } from '#database';
import { quoted, type Facet, type Supplier } from '#reconcile';
import { fillFile } from '../apply/steps.js';

const here = import.meta.dirname;

/** The statements that keep one facet, filled with its columns. */
export class FacetSql {
  private readonly parts: Record<string, string>;

  constructor(readonly facet: Facet) {
    const columns = facet.attributes.map(({ column }) => quoted(column));
    const stored = [...columns, ...(facet.runs ? ['attribute_runs'] : [])];
    const kept = ['person', 'known_from', 'source_run', 'valid_from', ...stored];
    const of = (alias: string, list: string[]): string => list.map((column) => `${alias}.${column}`).join(', ');
    this.parts = {
      table: identifier(facet.table), past: identifier(facet.pastTable), timeline: identifier(`${facet.relation}_timeline`),
      facet: text(facet.relation), facet_name: text(facet.name),
      kept_columns: kept.join(', '), c_kept: of('c', kept), g_kept: of('g', kept),
      c_columns: of('c', columns), d_columns: of('d', columns), g_columns: of('g', columns), p_columns: of('p', columns), d_stored: of('d', stored),
    };
  }

  /** close, retract, put_right or open: parameter $1 is the known time. */
  history(name: 'close' | 'retract' | 'put_right' | 'open' | 'registered_now'): string {
    return fillFile(here, name, this.parts);
  }

  /**
   * What a first delivery's rows of one role put in as they stand. `entries` are the contract's entries of that
   * role; persons for whom a second of them speaks are among the affected and take the long way.
   */
  bulk(entries: Supplier[], rows: string): string {
    const [main, ...also] = entries;
    const columns = [...main!.values.keys()];
    return fillFile(here, 'bulk', {
      ...this.parts, ...this.bulkParts(main!, also, rows),
      since: main!.since,
      columns: columns.map(quoted).join(', '),
      values: columns.map((column) => main!.values.get(column)).join(', '),
    });
  }

  private bulkParts(main: Supplier, also: Supplier[], rows: string): Record<string, string> {
    return { rows: identifier(rows), role: `${main.role}`, when: [main.when, ...also.map(({ when }) => `not (${when})`)].join(' and ') };
  }
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
