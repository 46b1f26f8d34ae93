import { identifier } from '#database';
import { feedRelation, stagedColumns, type FeedContract } from '#feeds';
import { facetsOf, type Facet, type Supplier } from '../facet/facet.js';

/** One feed as linkage sees it: its relations, and what its roles say of identity. */
export class LinkedFeed {
  readonly feed: string;
  readonly relation: string;
  readonly spine: boolean;
  /** Published views of staging. */
  readonly current: string;
  readonly past: string;
  /** Rows a first delivery left open. */
  readonly open: string;
  /** Columns of its staged rows. */
  readonly columns: string[];
  /** Facets some role of the feed supplies. */
  readonly supplies: { facet: Facet; suppliers: Supplier[] }[];

  constructor(readonly contract: FeedContract, facets: Facet[]) {
    this.feed = contract.feed;
    this.relation = feedRelation(contract.feed);
    this.spine = contract.spine;
    this.current = identifier('staging', this.relation);
    this.past = identifier('staging', `${this.relation}_history`);
    this.open = identifier('reconcile', `${this.relation}_open`);
    this.columns = stagedColumns(contract).map(({ name }) => name);
    this.supplies = facets.map((facet) => ({ facet, suppliers: facet.suppliers.filter(({ feed }) => feed === this.feed) }))
      .filter(({ suppliers }) => suppliers.length > 0);
  }

  /** The parts by which the templates of linkage are filled. */
  parts(): Record<string, string> {
    return {
      feed: literal(this.feed), current: this.current, past: this.past, open: this.open, change: 'staging.change',
      precedence: this.byRole(({ precedence }) => `${precedence}`, 'null::int4'),
      recency: this.byRole(({ recency }) => recency, "''"),
      death_date: this.deathDate(),
      death_differs: this.identity.some(({ values }) => values.has('death_date')) ? `or ${this.deathDate()} <> coalesce(p.death_date, 'infinity')` : '',
    };
  }

  /** Roles that supply anything at all: of others nobody becomes known. */
  get roles(): number[] {
    return [...new Set(this.supplies.flatMap(({ suppliers }) => suppliers.map(({ role }) => role)))].sort((a, b) => a - b);
  }

  private get identity(): Supplier[] {
    return this.supplies.filter(({ facet }) => facet.name === 'identity').flatMap(({ suppliers }) => suppliers);
  }

  private byRole(value: (supplier: Supplier) => string, otherwise: string): string {
    const first = new Map<number, Supplier>();
    for (const supplier of this.identity) {
      const known = first.get(supplier.role);
      if (!known || supplier.precedence < known.precedence) first.set(supplier.role, supplier);
    }
    if (first.size === 0) return otherwise;
    return `case s.role ${[...first].map(([role, supplier]) => `when ${role} then ${value(supplier)}`).join(' ')} else ${otherwise} end`;
  }

  private deathDate(): string {
    const says = this.identity.filter(({ values }) => values.has('death_date'));
    if (says.length === 0) return 'null::date';
    return `case ${says.map(({ role, when, values }) => `when s.role = ${role} and ${when} then ${values.get('death_date')}`).join(' ')} end`;
  }
}

/** Every feed that speaks of people, the spine among them. */
export function linkedFeeds(contracts: FeedContract[]): { feeds: LinkedFeed[]; facets: Facet[]; spine: LinkedFeed | undefined } {
  const facets = facetsOf(contracts);
  const feeds = contracts.filter(({ roles }) => roles.length > 0).map((contract) => new LinkedFeed(contract, facets));
  return { feeds, facets, spine: feeds.find(({ spine }) => spine) };
}

/** A name from a contract as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
