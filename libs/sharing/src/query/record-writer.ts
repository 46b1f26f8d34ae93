import { openNumbers, personIdsOf, type Keys } from '#keys';
import type { FieldSpec } from '../catalogue/field-spec.js';
import { JsonBytes } from './json-bytes.js';
import type { PlannedFacet, QueryPlan } from './query-plan.js';

/** A row as PostgreSQL's text, column by column. */
export type Row = (string | null)[];

interface Opened { documents: Map<string, string>; phones: Map<string, string>; persons: Map<string, string> }
type Write = (out: JsonBytes, text: string, opened: Opened) => void;

/** Text of a column → its JSON. Codes and text are the same; dates stand as PostgreSQL writes them. */
const WRITE: Record<FieldSpec['type'], Write> = {
  text: (out, text) => { out.string(text); },
  code: (out, text) => { out.string(text); },
  date: (out, text) => { out.string(text); },
  month: (out, text) => { out.string(text.slice(0, 7)); },
  stamp: (out, text) => { out.string(`${text.slice(0, 10)}T${text.slice(11, 19)}+08:00`); },
  integer: (out, text) => { out.json(text); },
  decimal: (out, text) => { out.json(text); },
  document: (out, text, opened) => { out.string(opened.documents.get(text)!); },
  phone: (out, text, opened) => { out.string(opened.phones.get(text)!); },
  person: (out, text, opened) => { out.string(opened.persons.get(text)!); },
};

/** A name and its colon, and the same behind a comma. */
interface Head { first: Buffer; next: Buffer }
interface WrittenField { head: Head; path: Buffer; column: number; withheldBy: number | undefined; write: Write; complete: boolean }

interface WrittenFacet {
  head: Head;
  facet: PlannedFacet;
  fields: WrittenField[];
  /** Paths that are unknown when there is no row; undefined where some may be withheld instead. */
  allUnknown: Buffer[] | undefined;
}

const json = (value: string): Buffer => Buffer.from(JSON.stringify(value));
const headOf = (name: string, open = ''): Head => ({ first: Buffer.from(`${JSON.stringify(name)}:${open}`), next: Buffer.from(`,${JSON.stringify(name)}:${open}`) });

const INDEX = Buffer.from('{"index":');
const NOT_FOUND = Buffer.from(',"status":"not_found"}');
const FOUND = Buffer.from(',"status":"found","personId":');
const RECORD = Buffer.from(',"record":{');
const WITHHELD = Buffer.from(',"withheld":[');
const UNKNOWN = Buffer.from(',"unknown":[');
const PROVENANCE = Buffer.from(',"provenance":{');
const END = Buffer.from('}');
const END_LIST = Buffer.from(']');
const COMMA = Buffer.from(',');
const NULL = Buffer.from('null');

/** Where every answer is written; handed on as a copy, so that one room does for all. */
const OUT = new JsonBytes(1 << 20);

/**
 * Writes items of an answer as JSON text, from rows. Made once a plan: it begins with nothing and copies the
 * planned fields one by one, so that what was not planned has no way onto the wire.
 */
export class RecordWriter {
  private readonly facets: WrittenFacet[];

  /** @param originOf where a feed's values come from: local, or returned by a city or province */
  constructor(private readonly plan: QueryPlan, private readonly keys: Keys, private readonly originOf: (feed: string) => string | null) {
    this.facets = plan.facets.map((facet) => ({
      head: headOf(facet.facet, '{'),
      facet,
      allUnknown: facet.fields.some((field) => field.withheldBy !== undefined) ? undefined
        : facet.fields.filter(({ spec }) => spec.coverage !== 'complete').map(({ spec }) => json(spec.path)),
      fields: facet.fields.map(({ spec, column, withheldBy }) => ({
        head: headOf(spec.attribute), path: json(spec.path), column, withheldBy,
        write: WRITE[spec.type], complete: spec.coverage === 'complete',
      })),
    }));
  }

  /** One item an input, in order, numbered from `first`; undefined rows are people who do not exist for this grant. Items but the answer's first come behind `between`. */
  write(rows: readonly (Row | undefined)[], between: string, first = 0): Buffer {
    const found = rows.filter((row): row is Row => row !== undefined);
    const ids = personIdsOf(this.keys, found.map((row) => row[1]!));
    const opened = {
      documents: this.open(found, this.plan.documents, (tokens) => openNumbers(this.keys, 'document', tokens)),
      phones: this.open(found, this.plan.phones, (tokens) => openNumbers(this.keys, 'phone', tokens)),
      persons: this.open(found, this.plan.persons, (persons) => personIdsOf(this.keys, persons)),
    };
    let next = 0;
    return OUT.write((out) => {
      rows.forEach((row, i) => {
        if (first + i > 0) out.json(between);
        out.raw(INDEX);
        out.json(String(first + i));
        if (row) this.item(out, row, ids[next++]!, opened);
        else out.raw(NOT_FOUND);
      });
    });
  }

  private item(out: JsonBytes, row: Row, personId: string, opened: Opened): void {
    const withheld: Buffer[] = [];
    const unknown: Buffer[] = [];
    const proven: WrittenFacet[] = [];
    let facets = 0;
    out.raw(FOUND);
    out.string(personId);
    out.raw(RECORD);
    for (const written of this.facets) {
      const { head, facet, allUnknown, fields } = written;
      const present = row[facet.present] === 't';
      if (!present && allUnknown !== undefined) {
        for (const path of allUnknown) unknown.push(path);
        continue;
      }
      let values = 0;
      for (const field of fields) {
        if (field.withheldBy !== undefined && row[field.withheldBy] !== 'f') withheld.push(field.path);
        else if (present) {
          if (values === 0) out.raw(facets++ === 0 ? head.first : head.next);
          out.raw(values++ === 0 ? field.head.first : field.head.next);
          const text = row[field.column];
          if (text === null || text === undefined) out.raw(NULL);
          else field.write(out, text, opened);
        } else if (!field.complete) unknown.push(field.path);
      }
      if (values === 0) continue;
      out.raw(END);
      if (facet.provenance !== undefined) proven.push(written);
    }
    out.raw(END);
    if (withheld.length > 0) list(out, WITHHELD, withheld);
    if (unknown.length > 0) list(out, UNKNOWN, unknown);
    if (proven.length > 0) {
      out.raw(PROVENANCE);
      proven.forEach(({ head, facet }, i) => {
        out.raw(i === 0 ? head.first : head.next);
        out.json(`${provenanceOf(row, facet.provenance!, this.originOf)}}`);
      });
      out.raw(END);
    }
    out.raw(END);
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

function list(out: JsonBytes, head: Buffer, paths: readonly Buffer[]): void {
  out.raw(head);
  paths.forEach((path, i) => {
    if (i > 0) out.raw(COMMA);
    out.raw(path);
  });
  out.raw(END_LIST);
}

function provenanceOf(row: Row, at: number, originOf: (feed: string) => string | null): string {
  const [validFrom, knownFrom, feed, run] = [row[at], row[at + 1], row[at + 2], row[at + 3]];
  const origin = feed === null || feed === undefined ? null : originOf(feed);
  return `"feed":${JSON.stringify(feed ?? null)},"origin":${JSON.stringify(origin)},"run":${run ?? 'null'},"validFrom":${day(validFrom)},"knownFrom":${moment(knownFrom)}`;
}

function day(text: string | null | undefined): string {
  return text === null || text === undefined || text.endsWith('infinity') ? 'null' : `"${text}"`;
}

/** PostgreSQL writes `2025-08-01 00:00:00.5+00`, the session being in UTC. */
function moment(text: string | null | undefined): string {
  if (text === null || text === undefined || text.endsWith('infinity')) return 'null';
  return `"${text.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z')}"`;
}
