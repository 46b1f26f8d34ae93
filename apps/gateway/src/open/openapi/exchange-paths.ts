import { filter, page, problem, SECURED, type Operation } from './words.js';

const FEED = { name: 'feed', in: 'path', required: true, schema: { type: 'string' } };
const SEQUENCE = { name: 'sequence', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } };
const document = (description: string): object => ({ description, content: { 'application/json': { schema: { type: 'object' } } } });
const hubs = (summary: string, more: object): Operation => ({
  tags: ['exchange'], summary, security: [{ oauth: ['exchange'] }], ...more,
});
const denied = { ...SECURED, 403: problem('scope-missing, neighbour-unknown') };
const SIGNED = 'JWS compact, EdDSA (RFC 8037), typ';

/** Between hubs, and for the officers who look after it. */
export const exchangePaths: Record<string, Record<string, Operation>> = {
  '/v1/exchange/catalogue': {
    get: hubs('可取的目录资源 · what the calling hub may take: metadata after GB/T 21063, origin, form of the deliveries, items', { responses: { 200: document('{items}'), ...denied } }),
  },
  '/v1/exchange/feeds/{feed}/deliveries': {
    get: hubs('可取的批次，按序号 · deliveries behind `after`, in sequence without a gap, each with its signed manifest', {
      parameters: [FEED, { name: 'after', in: 'query', schema: { type: 'integer', minimum: 0, default: 0 } }, { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } }],
      responses: { 200: document(`{items: [{sequence, manifest}]}; manifest: ${SIGNED} hushu-manifest+jws, {from, to, feed, sequence, fileName, bytes, rows, sm3, asOf, mode, contract, origin, batchNo}`), 400: problem('invalid-parameter'), 404: problem('not-found: not given to this hub'), ...denied },
    }),
  },
  '/v1/exchange/feeds/{feed}/deliveries/{sequence}/content': {
    get: hubs('批次内容，与报送时逐字节相同 · its bytes as they were delivered; each time is in the audit', {
      parameters: [FEED, SEQUENCE],
      responses: { 200: { description: 'The bytes', content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }, 404: problem('not-found'), 410: problem('delivery-gone: cleared by policy'), ...denied },
    }),
  },
  '/v1/exchange/feeds/{feed}/deliveries/{sequence}/receipt': {
    post: hubs('回执 · what came of it; the same receipt again changes nothing', {
      parameters: [FEED, SEQUENCE],
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object', additionalProperties: false, required: ['receipt'], properties: { receipt: { type: 'string', maxLength: 16_384, description: `${SIGNED} hushu-receipt+jws, {from, to, feed, sequence, outcome: taken|refused, sm3, counts, rule, at}` } } } } } },
      responses: { 200: document('{feed, sequence, outcome}'), 400: problem('invalid-request'), 404: problem('not-found'), 409: problem('receipt-settled'), 422: problem('statement-signature, statement-faulty, receipt-differs'), ...denied },
    }),
  },
  '/v1/exchange/feeds/{feed}/deliveries/{sequence}/return': {
    put: hubs('拒收回流 · the rejects of it in the form it was delivered in; the same report again changes nothing', {
      parameters: [FEED, SEQUENCE, { name: 'hushu-statement', in: 'header', required: true, schema: { type: 'string' }, description: `${SIGNED} hushu-return+jws, {from, to, feed, sequence, fileName, bytes, rows, sm3, at}` }],
      requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
      responses: { 200: document('{feed, sequence, rows}'), 404: problem('not-found'), 413: problem('return-too-large'), 415: problem('unsupported-media-type'), 422: problem('statement-signature, statement-faulty, return-differs'), ...denied },
    }),
  },
  '/v1/hubs': {
    get: { tags: ['operations'], summary: '相邻枢纽 · neighbour hubs: what is given, taken, refused and owed', security: [{ oauth: ['operations'] }], responses: { 200: document('{self, items}'), ...SECURED } },
  },
  '/v1/hubs/catalogue': {
    get: { tags: ['operations'], summary: '相邻枢纽的目录 · what neighbours give us, with hub and origin', security: [{ oauth: ['operations'] }], parameters: [filter('hub')], responses: { 200: document('{items}'), 400: problem('invalid-parameter'), ...SECURED } },
  },
  '/v1/hubs/deliveries': { get: page('向相邻枢纽提供的批次及其回执 · deliveries offered to neighbours and what came of them', [filter('hub'), filter('feed')]) },
  '/v1/hubs/receipts': { get: page('应向相邻枢纽发送的回执与拒收回流 · receipts and reports of rejects owed to neighbours', [filter('hub'), filter('feed')]) },
};
