import type { FieldSpec } from '#sharing';

const JSON_TYPES: Record<FieldSpec['type'], object> = {
  text: { type: ['string', 'null'] },
  code: { type: ['string', 'null'], description: 'GB code or the hub\'s own list' },
  date: { type: ['string', 'null'], format: 'date' },
  month: { type: ['string', 'null'], pattern: '^\\d{4}-\\d{2}$' },
  stamp: { type: ['string', 'null'], format: 'date-time' },
  integer: { type: ['integer', 'null'] },
  decimal: { type: ['number', 'null'] },
  document: { type: ['string', 'null'], description: '证件号码 document number' },
  phone: { type: ['string', 'null'] },
  person: { type: ['string', 'null'], description: 'personId' },
};

/** The unified record: one object a facet, one property a field; what was not asked for is not there. */
export function recordSchema(fields: readonly FieldSpec[]): object {
  const facets: Record<string, { type: 'object'; properties: Record<string, object>; additionalProperties: false }> = {};
  for (const field of fields) {
    const facet = facets[field.facet] ??= { type: 'object', properties: {}, additionalProperties: false };
    facet.properties[field.attribute] = { ...JSON_TYPES[field.type], title: `${field.title.zh} · ${field.title.en}` };
  }
  return { type: 'object', description: '未请求的字段不出现；已知为空为 null。Keys not asked for are missing; null is known to be empty.', properties: facets, additionalProperties: false };
}
