import type { FeedContract, FieldContract } from '#feeds';
import type { Text } from '#kernel';
import { facetsOf, type Attribute, type Facet } from '#reconcile';

/** One field of the unified record as the published views hold it. */
export interface PublishedField {
  /** facet.attribute */
  path: string;
  facet: string;
  attribute: string;
  /** Published view, without its schema; its history is `<relation>_history`. */
  relation: string;
  column: string;
  /** What the column's text means; person: another person's key. */
  type: 'text' | 'code' | 'date' | 'month' | 'stamp' | 'integer' | 'decimal' | 'document' | 'phone' | 'person';
  title: Text;
  /** Feeds that supply it. */
  feeds: string[];
  /** complete: one of them knows of everybody it should. */
  coverage: 'complete' | 'local' | 'partial';
  protection: 'normal' | 'personal' | 'sensitive' | 'number';
}

const OWN_TITLES: Record<string, Text> = {
  'identity.idNumber': { zh: '公民身份号码', en: 'Document number' },
  'identity.documentKind': { zh: '证件类型', en: 'Document kind' },
};
const DELIVERED = { code: 'code', division: 'code', date: 'date', month: 'month', stamp: 'stamp', integer: 'integer', decimal: 'decimal', document: 'document', phone: 'phone', text: 'text', name: 'text', address: 'text' } as const;

/** Every field some contract supplies, by path: what may be put into products and grants. */
export function publishedFields(contracts: FeedContract[]): PublishedField[] {
  const facets = facetsOf(contracts);
  const fields = new Map<string, PublishedField>();
  for (const facet of facets) {
    for (const attribute of facet.attributes) {
      const field = publishedField(facet, attribute, contracts);
      if (!field) continue;
      const known = fields.get(field.path);
      if (!known) fields.set(field.path, field);
      else {
        // Registered and provisional identity are one facet on the wire.
        known.feeds = [...new Set([...known.feeds, ...field.feeds])];
        if (field.coverage === 'complete') known.coverage = 'complete';
      }
    }
  }
  return [...fields.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function publishedField(facet: Facet, attribute: Attribute, contracts: FeedContract[]): PublishedField | undefined {
  const identity = facet.name === 'identity';
  if (attribute.column.endsWith('_key') && attribute.derived) return undefined;
  if (identity && attribute.name === 'division') return undefined;
  const name = identity && attribute.name === 'document' ? 'idNumber' : attribute.name;
  const suppliers = facet.suppliers.filter((supplier) => supplier.values.has(attribute.column));
  if (suppliers.length === 0) return undefined;
  const feeds = [...new Set(suppliers.map((supplier) => supplier.feed))];
  const delivered = deliveredAs(facet, attribute, contracts);
  const coverages = contracts.filter((contract) => feeds.includes(contract.feed)).map((contract) => contract.coverage);
  return {
    path: `${facet.name}.${name}`,
    facet: facet.name,
    attribute: name,
    relation: identity ? 'identity' : facet.relation,
    column: attribute.column,
    type: typeOf(facet, attribute, delivered),
    title: OWN_TITLES[`${facet.name}.${name}`] ?? titleOf(attribute, delivered),
    feeds,
    coverage: coverages.includes('complete') ? 'complete' : coverages.includes('local') ? 'local' : 'partial',
    protection: name === 'idNumber' && identity ? 'number' : delivered?.protection ?? 'personal',
  };
}

/** The contract's field behind an attribute, of the supplier that goes first. */
function deliveredAs(facet: Facet, attribute: Attribute, contracts: FeedContract[]): FieldContract | undefined {
  const entries = contracts.flatMap((contract) => contract.supplies
    .filter((supply) => supply.facet === facet.name && attribute.name in supply.attributes)
    .map((supply) => ({ contract, supply })));
  entries.sort((a, b) => a.supply.precedence - b.supply.precedence);
  const first = entries[0];
  return first?.contract.fields.find((field) => field.column === first.supply.attributes[attribute.name]);
}

function typeOf(facet: Facet, attribute: Attribute, delivered: FieldContract | undefined): PublishedField['type'] {
  if (attribute.type === 'uuid') return facet.name === 'kin' ? 'person' : delivered?.type === 'phone' ? 'phone' : 'document';
  if (attribute.name === 'documentKind') return 'code';
  if (!delivered) return attribute.column.endsWith('_code') ? 'code' : attribute.type === 'date' ? 'date' : 'text';
  const type = DELIVERED[delivered.type];
  // A column of the hub's own keeps the hub's type, whatever the supplier wrote.
  return attribute.type === 'date' && type !== 'month' ? 'date' : type;
}

function titleOf(attribute: Attribute, delivered: FieldContract | undefined): Text {
  if (delivered) return { zh: delivered.column, en: delivered.title };
  return { zh: attribute.column.endsWith('_code') ? '标准地址编码' : attribute.name, en: attribute.comment };
}
