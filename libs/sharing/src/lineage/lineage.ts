import type { Text } from '#kernel';
import type { FieldStrand } from '#registry';
import type { Product } from '../catalogue/product.js';
import type { Grant } from '../grant/grant.js';

export interface LineageNode { id: string; kind: 'field' | 'rule' | 'attribute' | 'product' | 'grant' | 'department'; title?: Text; detail: Record<string, unknown> }

/** Data goes from `from` to `to`. `use` stands on the edge into an attribute's survivorship: what the column is to it. */
export interface LineageEdge { from: string; to: string; use?: FieldStrand['use'] }

/** One whole way: a supplier's column, the rules it passes, the attribute, and who gets it through what. */
export interface LineagePath {
  feed: string;
  field: string;
  use: FieldStrand['use'];
  rules: string[];
  attribute: string | null;
  shares: { product: string; grant: string | null; department: string | null }[];
}

export interface Lineage { nodes: LineageNode[]; edges: LineageEdge[]; paths: LineagePath[] }

/** Ways that pass here; all of them must be met. `attribute` is facet.attribute, or an attribute's bare name. */
export interface LineageQuery { feed?: string | undefined; field?: string | undefined; facet?: string | undefined; attribute?: string | undefined; product?: string | undefined; department?: string | undefined }

/**
 * From a supplier's field over its rules to the attribute, the products that share it and the departments that hold
 * it; and so from a department back to the columns it depends on. Whole ways are chosen before nodes are joined:
 * a department that holds one field of a product is not shown behind the others.
 */
export function lineage(strands: readonly FieldStrand[], products: readonly Product[], grants: readonly Grant[], query: LineageQuery = {}): Lineage {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  const paths: LineagePath[] = [];
  for (const strand of strands) {
    if (!passes(strand, query)) continue;
    const shares = sharesOf(strand.attribute, products, grants).filter((share) => (query.product === undefined || share.product.id === query.product)
      && (query.department === undefined || share.grant?.department === query.department));
    if ((query.product !== undefined || query.department !== undefined) && shares.length === 0) continue;
    paths.push({
      feed: strand.feed, field: strand.column, use: strand.use, rules: strand.rules.map((rule) => rule.id), attribute: strand.attribute,
      shares: shares.map(({ product, grant }) => ({ product: product.id, grant: grant?.id ?? null, department: grant?.department ?? null })),
    });
    const way = nodesOf(strand);
    for (const node of way) nodes.set(node.id, node);
    way.slice(1).forEach((to, i) => { join(edges, way[i]!.id, to.id, to.id.startsWith('survivorship:') ? strand.use : undefined); });
    for (const { product, grant } of shares) {
      const further = [...way.slice(-1), ...nodesOfShare(product, grant)];
      for (const node of further) nodes.set(node.id, node);
      further.slice(1).forEach((to, i) => { join(edges, further[i]!.id, to.id); });
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], paths };
}

function passes({ feed, column, attribute }: FieldStrand, query: LineageQuery): boolean {
  const [facet, name] = attribute?.split('.') ?? [];
  return (query.feed === undefined || query.feed === feed) && (query.field === undefined || query.field === column)
    && (query.facet === undefined || query.facet === facet)
    && (query.attribute === undefined || query.attribute === attribute || query.attribute === name);
}

/** Products that hold an attribute, each with the grants that give it out; a product nobody was granted stands alone. */
function sharesOf(attribute: string | null, products: readonly Product[], grants: readonly Grant[]): { product: Product; grant: Grant | null }[] {
  if (attribute === null) return [];
  return products.filter((product) => product.fields.includes(attribute)).flatMap((product) => {
    const through: (Grant | null)[] = grants.filter((grant) => grant.products.includes(product.id) && grant.fields.includes(attribute));
    return (through.length === 0 ? [null] : through).map((grant) => ({ product, grant }));
  });
}

function nodesOf(strand: FieldStrand): LineageNode[] {
  const { feed, feedTitle, supplier, origin, column, title, rules, attribute } = strand;
  return [
    { id: `field:${feed}/${column}`, kind: 'field', title, detail: { feed, feedTitle, supplier, origin, column } },
    ...rules.map((rule) => ({ id: rule.id, kind: 'rule' as const, detail: { kind: rule.kind, ...rule.detail } })),
    ...(attribute === null ? [] : [{ id: `attribute:${attribute}`, kind: 'attribute' as const, detail: { path: attribute, facet: attribute.split('.')[0] } }]),
  ];
}

function nodesOfShare(product: Product, grant: Grant | null): LineageNode[] {
  return [
    { id: `product:${product.id}`, kind: 'product', title: product.title, detail: { product: product.id, share: product.share.class, level: product.level } },
    ...(grant === null ? [] : [
      { id: `grant:${grant.id}`, kind: 'grant' as const, title: grant.title, detail: { grant: grant.id, valid: grant.valid } },
      { id: `department:${grant.department}`, kind: 'department' as const, detail: { department: grant.department } },
    ]),
  ];
}

function join(edges: Map<string, LineageEdge>, from: string, to: string, use?: FieldStrand['use']): void {
  edges.set(`${from} ${to} ${use ?? ''}`, { from, to, ...(use !== undefined && { use }) });
}
