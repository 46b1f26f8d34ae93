import { redriveSchemas } from './redrive-schemas.js';
import { MOST_IDS } from '#sharing';

const text = (description?: string): object => ({ type: 'string', minLength: 1, maxLength: 200, ...(description !== undefined && { description }) });
const nullable = (type: string, more: object = {}): object => ({ type: [type, 'null'], ...more });

/** Schemas that do not depend on the district. */
export function schemas(problems: { codes: string[]; names: string[] }): Record<string, object> {
  const words = { type: 'object', properties: { zh: { type: 'string' }, en: { type: 'string' } }, required: ['zh', 'en'] };
  const ids = { type: 'array', minItems: 1, maxItems: MOST_IDS, items: { type: 'string', minLength: 1, maxLength: 40 } };
  return {
    Text: words,
    Purpose: {
      type: 'object', additionalProperties: false, required: ['code'],
      description: '用途；授权规定哪些部分必填。不得填写证件号码。What for; the grant says which parts it requires. Never a document number.',
      properties: { code: text('授权所列用途 a purpose of the grant'), scene: text(), serviceItem: text(), caseNo: text(), authorizationNo: text() },
    },
    Operator: { type: 'object', additionalProperties: false, description: '经办人 who at the department asks', properties: { id: text(), name: text(), unit: text(), terminal: text() } },
    PersonQuery: {
      type: 'object', additionalProperties: false, required: ['grant', 'purpose', 'by', 'fields'],
      properties: {
        grant: text('授权编号 the grant'),
        purpose: { $ref: '#/components/schemas/Purpose' },
        operator: { $ref: '#/components/schemas/Operator' },
        by: {
          oneOf: [
            { type: 'object', additionalProperties: false, required: ['idNumbers'], properties: { idNumbers: ids } },
            { type: 'object', additionalProperties: false, required: ['personIds'], properties: { personIds: ids } },
            { type: 'object', additionalProperties: false, required: ['criteria'], properties: { criteria: { type: 'object' } }, description: 'A grant mode of its own' },
          ],
        },
        fields: { type: 'array', minItems: 1, maxItems: 500, items: { type: 'string', maxLength: 100 }, description: '字段路径，或整个专题 paths such as identity.name, or whole facets such as marriage' },
        validAt: { type: 'string', format: 'date', description: '有效时间 as it was on this day' },
        knownAt: { type: 'string', format: 'date-time', description: '获知时间 as the hub knew it at this moment' },
        include: { type: 'array', items: { enum: ['provenance'] } },
      },
    },
    PersonItem: {
      type: 'object', required: ['index', 'status'],
      properties: {
        index: { type: 'integer', minimum: 0 },
        status: { enum: ['found', 'not_found'], description: '授权范围外的人与不存在的人答复相同 somebody outside the grant\'s population is not_found' },
        personId: { type: 'string', pattern: '^p[0-9a-z]{26}$' },
        record: { $ref: '#/components/schemas/Record' },
        withheld: { type: 'array', items: { type: 'string' }, description: '授权按条件不予提供的字段 granted, but withheld for this person' },
        unknown: { type: 'array', items: { type: 'string' }, description: '库中无从知晓 no source that the hub has can tell' },
        provenance: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Provenance' } },
      },
    },
    Provenance: {
      type: 'object',
      properties: { feed: nullable('string'), origin: nullable('string', { enum: ['local', 'city-return', 'province-return', null], description: '本地、市级回流、省级回流 whence its feed comes' }), run: nullable('integer'), validFrom: nullable('string', { format: 'date' }), knownFrom: nullable('string', { format: 'date-time' }) },
    },
    Meta: {
      type: 'object', required: ['snapshot', 'freshness', 'delivery'],
      properties: {
        snapshot: nullable('string', { description: '不早于此批次 the store held at least this run' }),
        freshness: { type: 'object', additionalProperties: { type: 'object', properties: { at: nullable('string', { format: 'date-time' }), overdue: { type: 'boolean' } } } },
        delivery: { type: 'string', description: '审计回执：序号.链值 receipt of the audit: seq.h' },
      },
    },
    PersonAnswer: {
      type: 'object', required: ['items', 'meta'],
      properties: { items: { type: 'array', items: { $ref: '#/components/schemas/PersonItem' } }, meta: { $ref: '#/components/schemas/Meta' } },
    },
    Grant: {
      type: 'object',
      properties: {
        id: { type: 'string' }, title: words, modes: { type: 'array', items: { type: 'string' } }, products: { type: 'array', items: { type: 'string' } },
        purposes: { type: 'array', items: { type: 'object' } }, requires: { type: 'object' }, population: { type: 'object' }, valid: { type: 'object' },
        quota: { type: 'object', properties: { perSecond: { type: 'integer' }, burst: { type: 'integer' }, perDay: { type: 'integer' }, usedToday: { type: 'integer' } } },
        fields: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, type: { type: 'string' }, title: words, feeds: { type: 'array', items: { type: 'string' } } } } },
        withheld: { type: 'array', items: { type: 'object' } },
      },
    },
    Page: { type: 'object', required: ['items'], properties: { items: { type: 'array', items: { type: 'object' } }, next: nullable('string') } },
    ...redriveSchemas,
    RejectFacets: {
      type: 'object', required: ['facets'], properties: {
        facets: {
          type: 'object', properties: Object.fromEntries(['run', 'feed', 'rule', 'field', 'township', 'value', 'state'].map((facet) => [facet, {
            type: 'array', items: { type: 'object', required: ['value', 'rejects'], properties: { value: nullable('string'), rejects: { type: 'integer' } } },
          }])),
        },
      },
    },
    Status: { type: 'object', description: '合计数 totals only' },
    Problem: {
      type: 'object', required: ['type', 'title', 'status', 'code'], description: `RFC 9457. type: …/problems/{${problems.names.join(', ')}}`,
      properties: {
        type: { type: 'string', format: 'uri' }, title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' }, instance: { type: 'string' },
        code: { enum: problems.codes }, hint: { type: 'string' },
        errors: { type: 'array', items: { type: 'object', required: ['rule', 'detail'], properties: { pointer: { type: 'string', description: 'RFC 6901' }, parameter: { type: 'string' }, rule: { type: 'string' }, detail: { type: 'string' } } } },
        fields: { type: 'array', items: { type: 'string' } }, purposes: { type: 'array', items: { type: 'string' } }, limit: { type: 'integer' }, window: { enum: ['second', 'day'] },
      },
    },
  };
}
