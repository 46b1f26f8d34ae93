import type { Text } from '#kernel';

/** Parts of a call's purpose and operator a grant may require; `code` is always required. */
export const PURPOSE_PARTS = ['scene', 'serviceItem', 'caseNo', 'authorizationNo'] as const;
export const OPERATOR_PARTS = ['id', 'name', 'unit', 'terminal'] as const;
export type PurposePart = (typeof PURPOSE_PARTS)[number];
export type OperatorPart = (typeof OPERATOR_PARTS)[number];

/** What a grant allows, as it is stored: nothing is left to be looked up. */
export interface Grant {
  id: string;
  title: Text;
  department: string;
  products: string[];
  /** Paths, spelt out. */
  fields: string[];
  purposes: { code: string; zh: string; en: string }[];
  requires: { purpose: PurposePart[]; operator: OperatorPart[] };
  population: {
    kinds: ('registered' | 'provisional')[];
    /** `*`, or prefixes of division codes. */
    divisions: string[];
  };
  /** Fields that are withheld for people younger than so many years. */
  withhold: { fields: string[]; under: number }[];
  quota: {
    /** People a second, steadily. */
    perSecond: number;
    /** People at once, after a pause. */
    burst: number;
    /** People a calendar day. */
    perDay: number;
  };
  valid: { from: string; to?: string };
  approved: { by: Text; at: string; reference: string };
}

/** A grant in force, with what makes looking things up in it quick. */
export interface StandingGrant extends Grant {
  version: string;
  /** Settings of the reader's session: the second wall, beside the compiled statement. */
  facets: string;
  divisions: string;
  allowed: ReadonlySet<string>;
  purposeCodes: ReadonlySet<string>;
}

/** The facets a reader needs for a grant's fields, and for deciding on people's age where something is withheld by it. */
export function facetsOf(grant: Grant): string {
  const facets = new Set(grant.fields.map((field) => field.slice(0, field.indexOf('.'))));
  if (grant.withhold.length > 0) facets.add('identity');
  return [...facets].sort().join(',');
}

export function divisionsOf(grant: Grant): string {
  return [...grant.population.divisions].sort().join(',');
}
