import { openNumbers, personIdsOf, type Keys } from '#keys';
import type { FieldSpec } from '../catalogue/field-spec.js';
import type { PlannedFacet, QueryPlan } from './query-plan.js';

/** A row as PostgreSQL's text, column by column. */
export type Row = (string | null)[];

interface Opened { documents: Map<string, string>; phones: Map<string, string>; persons: Map<string, string> }
type Write = (text: string, opened: Opened) => string;

/** Text of a column → its JSON. Codes and text are the same; dates stand as PostgreSQL writes them. */
const WRITE: Record<FieldSpec['type'], Write> = {
  text: (text) => JSON.stringify(text),
  code: (text) => JSON.stringify(text),
  date: (text) => `"${text}"`,
  month: (text) => `"${text.slice(0, 7)}"`,
  stamp: (text) => `"${text.slice(0, 10)}T${text.slice(11, 19)}+08:00"`,
  integer: (text) => text,
  decimal: (text) => text,
  document: (text, opened) => JSON.stringify(opened.documents.get(text)),
  phone: (text, opened) => JSON.stringify(opened.phones.get(text)),
  person: (text, opened) => JSON.stringify(opened.persons.get(text)),
};

interface WrittenField { head: string; path: string; column: number; withheldBy: number | undefined; write: Write; complete: boolean }

interface WrittenFacet {
  head: string;
  facet: PlannedFacet;
  fields: WrittenField[];
  /** Paths that are unknown when there is no row, as JSON; undefined where some may be withheld instead. */
  allUnknown: string | undefined;
}

/**
 * Writes items of an answer as JSON text, from rows. Made once a plan: it begins with nothing and copies the
 * planned fields one by one, so that what was not planned has no way onto the wire.
 */
export class RecordWriter {
  private readonly facets: WrittenFacet[];

  constructor(private readonly plan: QueryPlan, private readonly keys: Keys) {
    this.facets = plan.facets.map((facet) => ({
      head: `${JSON.stringify(facet.facet)}:{`,
      facet,
      allUnknown: facet.fields.some((field) => field.withheldBy !== undefined) ? undefined
        : facet.fields.filter(({ spec }) => spec.coverage !== 'complete').map(({ spec }) => JSON.stringify(spec.path)).join(','),
      fields: facet.fields.map(({ spec, column, withheldBy }) => ({
        head: `${JSON.stringify(spec.attribute)}:`, path: spec.path, column, withheldBy,
        write: WRITE[spec.type], complete: spec.coverage === 'complete',
      })),
    }));
  }

  /** One item an input, in order, numbered from `first`; undefined rows are people who do not exist for this grant. */
  write(rows: readonly (Row | undefined)[], first = 0): string[] {
    const found = rows.filter((row): row is Row => row !== undefined);
    const ids = personIdsOf(this.keys, found.map((row) => row[1]!));
    const opened = {
      documents: this.open(found, this.plan.documents, (tokens) => openNumbers(this.keys, 'document', tokens)),
      phones: this.open(found, this.plan.phones, (tokens) => openNumbers(this.keys, 'phone', tokens)),
      persons: this.open(found, this.plan.persons, (persons) => personIdsOf(this.keys, persons)),
    };
    let next = 0;
    return rows.map((row, i) => (row ? this.item(row, first + i, ids[next++]!, opened) : `{"index":${first + i},"status":"not_found"}`));
  }

  private item(row: Row, index: number, personId: string, opened: Opened): string {
    let record = '';
    let provenance = '';
    const withheld: string[] = [];
    let unknown = '';
    for (const { head, facet, allUnknown, fields } of this.facets) {
      const present = row[facet.present] === 't';
      if (!present && allUnknown !== undefined) {
        if (allUnknown !== '') unknown += unknown === '' ? allUnknown : `,${allUnknown}`;
        continue;
      }
      let part = '';
      for (const field of fields) {
        if (field.withheldBy !== undefined && row[field.withheldBy] !== 'f') withheld.push(field.path);
        else if (present) {
          const text = row[field.column];
          part += `${part === '' ? '' : ','}${field.head}${text === null || text === undefined ? 'null' : field.write(text, opened)}`;
        } else if (!field.complete) unknown += `${unknown === '' ? '' : ','}"${field.path}"`;
      }
      if (part !== '') record += `${record === '' ? '' : ','}${head}${part}}`;
      if (part !== '' && facet.provenance !== undefined) provenance += `${provenance === '' ? '' : ','}${head}${provenanceOf(row, facet.provenance)}}`;
    }
    return `{"index":${index},"status":"found","personId":"${personId}","record":{${record}}`
      + (withheld.length > 0 ? `,"withheld":${JSON.stringify(withheld)}` : '')
      + (unknown === '' ? '' : `,"unknown":[${unknown}]`)
      + (provenance === '' ? '}' : `,"provenance":{${provenance}}}`);
  }

  private open(rows: readonly Row[], columns: readonly number[], open: (tokens: string[]) => string[]): Map<string, string> {
    const opened = new Map<string, string>();
    if (columns.length === 0) return opened;
    const tokens: string[] = [];
    for (const row of rows) for (const column of columns) if (row[column] !== null) tokens.push(row[column]!);
    const texts = open(tokens);
    for (let i = 0; i < tokens.length; i++) opened.set(tokens[i]!, texts[i]!);
    return opened;
  }
}

function provenanceOf(row: Row, at: number): string {
  const [validFrom, knownFrom, feed, run] = [row[at], row[at + 1], row[at + 2], row[at + 3]];
  return `"feed":${JSON.stringify(feed ?? null)},"run":${run ?? 'null'},"validFrom":${day(validFrom)},"knownFrom":${moment(knownFrom)}`;
}

function day(text: string | null | undefined): string {
  return text === null || text === undefined || text.endsWith('infinity') ? 'null' : `"${text}"`;
}

/** PostgreSQL writes `2025-08-01 00:00:00.5+00`, the session being in UTC. */
function moment(text: string | null | undefined): string {
  if (text === null || text === undefined || text.endsWith('infinity')) return 'null';
  return `"${text.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z')}"`;
}
