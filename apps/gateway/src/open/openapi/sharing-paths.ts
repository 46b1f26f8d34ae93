import { COMMON, problem, SECURED, type Operation } from './words.js';

/** For departments. */
export const sharingPaths: Record<string, Record<string, Operation>> = {
  '/v1/persons/query': {
    post: {
      tags: ['sharing'], summary: '按号码查询人员记录 · records of people, by number or personId', security: [{ oauth: ['persons'] }],
      description: '每个输入一项，按输入顺序。Accept: application/x-ndjson 时每行一项，末行为 meta。\n\nOne item an input, in order. With Accept: application/x-ndjson one item a line, the meta last.',
      requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/PersonQuery' } } } },
      responses: {
        200: {
          description: 'Items and meta',
          headers: { RateLimit: { schema: { type: 'string' } }, 'RateLimit-Policy': { schema: { type: 'string' } } },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/PersonAnswer' } }, 'application/x-ndjson': { schema: { type: 'string' } } },
        },
        ...COMMON, 401: problem('unauthorized'), 403: problem('field-not-granted (fields, hint), grant-not-held, purpose-not-granted, mode-not-granted, scope-missing'), 413: problem('body-too-large'), 415: problem('unsupported-media-type'),
      },
    },
  },
  '/v1/me/grants': {
    get: {
      tags: ['sharing'], summary: '我的授权 · the grants I may use', security: [{ oauth: ['persons'] }],
      responses: { 200: { description: 'Grants', content: { 'application/json': { schema: { type: 'object', properties: { department: { type: 'string' }, client: { type: 'string' }, items: { type: 'array', items: { $ref: '#/components/schemas/Grant' } } } } } } }, ...SECURED },
    },
  },
};
