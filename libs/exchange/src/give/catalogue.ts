import type { ContractDefinition } from '#feeds';
import type { Text } from '#kernel';
import type { Neighbour, Neighbours } from '../neighbour/neighbours.js';

/** What of a data product goes to a neighbour: the metadata of GB/T 21063. */
export interface ProductMetadata {
  id: string; code: string; title: Text; summary: Text; provider: Text & { id: string; code: string };
  share: { class: string; basis: Text; conditions?: Text; manner: Text }; open: string; updated: string; level: number; published: string; related: string[];
}

/** One feed as a neighbour may take it. */
export interface CatalogueEntry extends Omit<ProductMetadata, 'id'> {
  hub: string;
  feed: string;
  product: string;
  /** Where its values come from, as seen by the hub that gives it. */
  origin: string;
  coverage: string;
  supplier: Text & { id: string };
  delivered: { mode: string; format: string; encoding: string; every: string };
  contract: string;
  items: { column: string; title: string; type: string; required: boolean; protection: string }[];
}

/** The entries of what a neighbour is given. A feed or product that is not in force (any more) has none. */
export function catalogueOf(self: NonNullable<Neighbours['self']>, neighbour: Neighbour, contracts: readonly ContractDefinition[], products: readonly ProductMetadata[]): CatalogueEntry[] {
  return neighbour.gives.flatMap(({ feed, product: id }) => {
    const contract = contracts.find((one) => one.feed === feed);
    const product = products.find((one) => one.id === id);
    if (contract === undefined || product === undefined) return [];
    const { code, title, summary, provider, share, open, updated, level, published, related } = product;
    return [{
      hub: self.hub, feed, product: id, code, title, summary, provider, share, open, updated, level, published, related,
      origin: contract.origin, coverage: contract.coverage, supplier: contract.supplier, contract: contract.version,
      delivered: { mode: contract.mode, format: contract.format.kind, encoding: contract.format.encoding, every: contract.schedule.every },
      items: contract.fields.map((field) => ({ column: field.column, title: field.title, type: field.type, required: field.required, protection: field.protection })),
    }];
  });
}
