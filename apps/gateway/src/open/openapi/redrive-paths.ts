import { filter, json, page, problem, SECURED, type Operation } from './words.js';

const ID = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
const KEY = { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 }, description: 'the same call again within a day gets the same answer' };
const OFFICER = { ...SECURED, 403: problem('scope-missing, officer-missing') };
const operation = (summary: string, more: object): Operation => ({ tags: ['operations'], summary, security: [{ oauth: ['operations'] }], ...more });

/** For data officers: rejects driven again, mended, and sent back to their suppliers. */
export const redrivePaths: Record<string, Record<string, Operation>> = {
  '/v1/rejects/redrives': {
    get: page('重驱 · orders to drive rejects again, newest first', [filter('feed'), filter('state')]),
    post: operation('重驱或修正符合条件的拒收行 · drive rejects again that match, as they were or with other values: one delivery, one run, all or nothing', {
      parameters: [{ name: 'dryRun', in: 'query', schema: { type: 'boolean' }, description: 'count only; nothing is ordered' }, KEY],
      requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/RedriveOrder' } } } },
      responses: {
        200: json('RedriveCount', 'With dryRun=true: how many rows it would take'),
        202: { ...json('Redrive', 'Ordered'), headers: { Location: { schema: { type: 'string' }, description: 'where its progress is' } } },
        400: problem('invalid-request, malformed-body, invalid-parameter'), 409: problem('idempotency-key-reused, idempotency-key-busy'), ...OFFICER,
      },
    }),
  },
  '/v1/rejects/redrives/{id}': {
    get: operation('一次重驱的进展与结果 · how far an order is, and what became of its rejects', { parameters: [ID], responses: { 200: json('Redrive', 'The order'), 404: problem('not-found'), ...SECURED } }),
  },
  '/v1/rejects/redrives/{id}/cancel': {
    post: operation('取消重驱 · stop an order before what it drives is published: none of it takes effect', {
      parameters: [ID, KEY], responses: { 200: json('Redrive', 'The order, cancelled'), 404: problem('not-found'), 409: problem('redrive-ended, idempotency-key-reused, idempotency-key-busy'), ...OFFICER },
    }),
  },
  '/v1/rejects/report': {
    get: operation('回流：未解决的拒收行，按供数部门的交付格式 · open rejects for their supplier, in its own format (a workbook: CSV), with the rules they broke behind; in the audit before the first byte', {
      parameters: [{ ...filter('feed'), required: true }, filter('run', 'integer')],
      responses: {
        200: { description: 'The rows as they were delivered, with 拒收规则 and 拒收说明; in the supplier\'s encoding', content: Object.fromEntries(['text/csv', 'text/plain', 'application/x-ndjson'].map((type) => [type, { schema: { type: 'string' } }])) },
        400: problem('invalid-parameter'), 404: problem('not-found'), ...OFFICER,
      },
    }),
  },
  '/v1/runs/{id}/settled': {
    get: operation('一个批次解决了哪些拒收 · what a delivery made of earlier rejects: mended by the supplier, withdrawn, rejected once more', {
      parameters: [ID], responses: { 200: json('SettledRejects', 'Most frequent first; never a value'), 404: problem('not-found'), ...SECURED },
    }),
  },
};
