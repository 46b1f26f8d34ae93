import { identifier } from '#database';
import type { FeedContract } from '#feeds';
import { facetsOf, type Facet } from '#reconcile';
import type { ClientBase } from 'pg';
import { publishedFields, type PublishedField } from '../facet/published-fields.js';

/** All the hub holds of one person at one moment, as an officer sees it. */
export interface Dossier {
  person: string;
  kind: 'registered' | 'provisional' | 'gone';
  status: string | null;
  division: string | null;
  /** Tokens of the numbers that lead to the person. */
  documents: string[];
  facets: Record<string, DossierFacet>;
}

export interface DossierFacet {
  /** Attribute → value as stored: dates ISO 8601, documents and phones tokens, kin the person key. */
  values: Record<string, unknown>;
  /** What each value means, by attribute. */
  types: Record<string, PublishedField['type']>;
  validFrom: string;
  /** null: it still holds. */
  validTo: string | null;
  knownFrom: Date;
  source: Provenance;
  /** Where several feeds spoke: who gave each attribute. */
  sources: Record<string, Provenance>;
}

/** `origin`: the feed's, by its contract; null where the district has none of it any more. */
export interface Provenance { feed: string; origin: FeedContract['origin'] | null; run: number }

export interface DossierMoment {
  /** The day it should have been so, YYYY-MM-DD; today in China when missing. */
  validAt?: string;
  /** When the hub should have known it; now when missing. */
  knownAt?: Date;
}

/**
 * Every person a document number leads to (two where two hold one number), with all facets as they were at
 * `validAt`, as the hub knew at `knownAt`. The client's role is operations, in a transaction of its own.
 */
export async function personDossier(client: ClientBase, contracts: FeedContract[], document: string, at: DossierMoment = {}): Promise<Dossier[]> {
  const facets = facetsOf(contracts);
  const fields = publishedFields(contracts);
  await client.query(`select set_config('hushu.facets', $1, true), set_config('hushu.divisions', '*', true)`, [[...new Set(facets.map(({ name }) => name))].join(',')]);
  const { rows: cards } = await client.query(
    `select p.person, p.kind, p.status, p.division,
            (select array_agg(o.document order by o.document) from registry.document_owner o where o.person = p.person) as documents
     from registry.person_card p
     where p.person in (select person from registry.document_owner where document = $1) order by p.person`, [document]);
  const { rows: applied } = await client.query<{ run: number; feed: string }>('select run, feed from registry.applied');
  const feedOf = new Map(applied.map(({ run, feed }) => [run, feed]));
  const provenance = (feed: string, run: number): Provenance => ({ feed, origin: contracts.find((one) => one.feed === feed)?.origin ?? null, run });
  const dossiers: Dossier[] = [];
  for (const card of cards) {
    const dossier: Dossier = { ...card, documents: card.documents ?? [], facets: {} };
    for (const name of new Set(fields.map(({ facet }) => facet))) {
      const found = await facetAt(client, name, fields.filter(({ facet }) => facet === name), facets, card.person, at, (run) => provenance(feedOf.get(run) ?? '', run), provenance);
      if (found) dossier.facets[name] = found;
    }
    dossiers.push(dossier);
  }
  return dossiers;
}

async function facetAt(
  client: ClientBase, name: string, fields: PublishedField[], facets: Facet[], person: string, at: DossierMoment,
  ofRun: (run: number) => Provenance, ofFeed: (feed: string, run: number) => Provenance,
): Promise<DossierFacet | undefined> {
  const { rows: [row] } = await client.query(
    `select ${fields.map(({ column }) => `v.${identifier(column)}`).join(', ')},
            v.valid_from::text as "validFrom", nullif(v.valid_to, 'infinity')::text as "validTo", v.known_from as "knownFrom",
            v.source_feed, v.source_run, v.attribute_runs
     from registry.${identifier(`${fields[0]!.relation}_history`)} v
     cross join (
       select coalesce($2::timestamptz, clock_timestamp()) as at, coalesce($3::date, (clock_timestamp() at time zone 'Asia/Shanghai')::date) as day
     ) k
     where v.person = $1 and v.known_from <= k.at and k.at < v.retracted_at and v.valid_from <= k.day and (k.at < v.known_to or k.day < v.valid_to)`,
    [person, at.knownAt ?? null, at.validAt ?? null]);
  if (!row) return undefined;
  const runs: number[] | null = row.attribute_runs;
  const columns = facets.find((facet) => facet.name === name && facet.runs)?.attributes.map(({ column }) => column) ?? [];
  const sources: Record<string, Provenance> = {};
  for (const { attribute, column } of runs ? fields : []) {
    const run = runs![columns.indexOf(column)];
    if (run) sources[attribute] = ofRun(run);
  }
  return {
    values: Object.fromEntries(fields.map(({ attribute, column }) => [attribute, row[column]])),
    types: Object.fromEntries(fields.map(({ attribute, type }) => [attribute, type])),
    validFrom: row.validFrom, validTo: row.validTo, knownFrom: row.knownFrom,
    source: ofFeed(row.source_feed, row.source_run),
    sources,
  };
}
