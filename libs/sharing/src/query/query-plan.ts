import { fillSql, identifier, loadSql } from '#database';
import type { FieldCatalogue, FieldSpec } from '../catalogue/field-spec.js';
import type { StandingGrant } from '../grant/grant.js';

/** A field of the answer: where its text stands in a row, and how it goes on the wire. */
export interface PlannedField { spec: FieldSpec; column: number; /** Column that says `t` where the field is withheld. */ withheldBy: number | undefined }

export interface PlannedFacet {
  facet: string;
  /** Column that says whether the person has a row of this facet. */
  present: number;
  /** First of the columns valid from, known from, feed, run; undefined when provenance was not asked for. */
  provenance: number | undefined;
  fields: PlannedField[];
}

/**
 * One statement for one grant, field set and way of asking. Parameters: $1 keys as uuid[], then, only where
 * `parameters` names them, the day for ages, validAt, knownAt. Rows: key asked by, person, then what the facets say.
 */
export interface QueryPlan {
  id: string;
  sql: string;
  grant: string;
  version: string;
  fields: readonly string[];
  facets: PlannedFacet[];
  feeds: string[];
  parameters: ('today' | 'validAt' | 'knownAt')[];
  /** Columns with tokens to be opened. */
  documents: number[];
  phones: number[];
  /** Columns with other people's keys. */
  persons: number[];
}

export interface PlanRequest { by: 'idNumbers' | 'personIds'; fields: readonly string[]; asOf: boolean; provenance: boolean }

/**
 * Compiles what is asked within what is granted. Every name in the statement comes from the loaded catalogue;
 * nothing of the caller's text does. Callers have checked that each field exists and is granted.
 */
export function compilePlan(grant: StandingGrant, catalogue: FieldCatalogue, request: PlanRequest): QueryPlan {
  const byNumber = request.by === 'idNumbers';
  // Who owns a number is subject to the same row policies as the card; the card is read only where its kind decides.
  const card = !byNumber || grant.population.kinds.length === 1;
  const person = card ? 'c.person' : 'o.person';
  const columns = [byNumber ? 'o.document' : person, person];
  const joins: string[] = [];
  const parameters: QueryPlan['parameters'] = [];
  const parameter = (name: QueryPlan['parameters'][number]): string => {
    if (!parameters.includes(name)) parameters.push(name);
    return `$${parameters.indexOf(name) + 2}${name === 'knownAt' ? '::timestamptz' : '::date'}`;
  };
  const add = (expression: string): number => columns.push(expression) - 1;
  const join = (relation: string, alias: string): void => {
    if (!request.asOf) joins.push(`left join ${identifier('registry', relation)} ${alias} on ${alias}.person = ${person}`);
    else {
      // Of an L-shaped version only one stands at a point of valid and known time; the order is for safety.
      const [v, k] = [parameter('validAt'), parameter('knownAt')];
      joins.push(`left join lateral (select * from ${identifier('registry', `${relation}_history`)} h where h.person = ${person}`
        + ` and h.known_from <= ${k} and ${k} < h.retracted_at and h.valid_from <= ${v} and (${k} < h.known_to or ${v} < h.valid_to)`
        + ` order by h.valid_from desc, h.known_from desc limit 1) ${alias} on true`);
    }
  };
  const withheld = ageColumns(grant, request.fields, join, parameter, add);

  const facets: PlannedFacet[] = [];
  const feeds = new Set<string>();
  for (const [facet, specs] of byFacet(catalogue, request.fields)) {
    const alias = `f${facets.length}`;
    join(specs[0]!.relation, alias);
    const present = add(`${alias}.person is not null`);
    const provenance = request.provenance ? add(`${alias}.valid_from`) : undefined;
    if (request.provenance) for (const column of ['known_from', 'source_feed', 'source_run']) add(`${alias}.${column}`);
    const fields = specs.map((spec) => ({
      spec, column: add(`${alias}.${identifier(spec.column)}`), withheldBy: withheld.get(spec.path),
    }));
    for (const spec of specs) for (const feed of spec.feeds) feeds.add(feed);
    facets.push({ facet, present, provenance, fields });
  }
  const from = !byNumber ? 'registry.person_card c' : `registry.document_owner o${card ? ' join registry.person_card c on c.person = o.person' : ''}`;
  const where = [byNumber ? 'o.document = any($1::uuid[])' : `c.person = any($1::uuid[]) and c.kind <> 'gone'`];
  if (grant.population.kinds.length === 1) where.push(`c.kind = '${grant.population.kinds[0] === 'registered' ? 'registered' : 'provisional'}'`);
  const planned = facets.flatMap((facet) => facet.fields);
  return {
    id: planKey(grant, request),
    sql: fillSql(loadSql(import.meta.dirname, 'person_record'), {
      columns: columns.join(', '), source: from, facets: joins.join('\n  '), asked: where.join(' and '),
    }),
    grant: grant.id, version: grant.version, fields: request.fields, facets, feeds: [...feeds].sort(), parameters,
    documents: planned.filter((field) => field.spec.type === 'document').map((field) => field.column),
    phones: planned.filter((field) => field.spec.type === 'phone').map((field) => field.column),
    persons: planned.filter((field) => field.spec.type === 'person').map((field) => field.column),
  };
}

/** What two calls must share to be read by one statement. */
export function planKey(grant: StandingGrant, request: PlanRequest): string {
  return `${grant.id}\n${grant.version}\n${request.by}${request.asOf ? '+asOf' : ''}${request.provenance ? '+provenance' : ''}\n${request.fields.join(',')}`;
}

function byFacet(catalogue: FieldCatalogue, fields: readonly string[]): Map<string, FieldSpec[]> {
  const facets = new Map<string, FieldSpec[]>();
  for (const path of fields) {
    const spec = catalogue.find(path)!;
    const specs = facets.get(spec.facet);
    if (specs) specs.push(spec); else facets.set(spec.facet, [spec]);
  }
  return facets;
}

/** Where the grant withholds fields from the young: a column a limit. Whose age nobody knows counts as young. */
function ageColumns(
  grant: StandingGrant, fields: readonly string[], join: (relation: string, alias: string) => void,
  parameter: (name: 'today') => string, add: (expression: string) => number,
): Map<string, number> {
  const columns = new Map<string, number>();
  const rules = grant.withhold.filter((rule) => rule.fields.some((field) => fields.includes(field)));
  if (rules.length === 0) return columns;
  join('identity', 'age');
  for (const rule of [...rules].sort((a, b) => a.under - b.under)) {
    const column = add(`coalesce(age.birth_date > (${parameter('today')} - interval '${Math.trunc(rule.under)} years'), true)`);
    for (const field of rule.fields) columns.set(field, column);
  }
  return columns;
}
