import type { FieldStrand } from '#registry';
import type { Product } from '../catalogue/product.js';
import type { Grant } from '../grant/grant.js';
import { lineage } from './lineage.js';

/** Whom a supplier's column reaches: attributes of the unified record, products that share them, departments that hold them. */
export interface Effect { attributes: string[]; products: string[]; departments: string[] }

export function effectOf(strands: readonly FieldStrand[], products: readonly Product[], grants: readonly Grant[], { feed, field }: { feed: string; field: string }): Effect {
  const { paths } = lineage(strands, products, grants, { feed, field });
  const all = (names: (string | null)[]): string[] => [...new Set(names.filter((name) => name !== null))].sort();
  const shares = paths.flatMap((path) => path.shares);
  return { attributes: all(paths.map(({ attribute }) => attribute)), products: all(shares.map(({ product }) => product)), departments: all(shares.map(({ department }) => department)) };
}
