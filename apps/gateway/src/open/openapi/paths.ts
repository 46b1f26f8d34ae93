type Operation = Record<string, unknown>;

const problem = (description: string): object => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });
const json = (schema: string, description: string): object => ({ description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } });
const other = (type: string, description: string): object => ({ description, content: { [type]: { schema: { type: 'string' } } } });
const COMMON = { 400: problem('invalid-request, unknown-field, malformed-body'), 429: problem('rate-exceeded, daily-quota-exceeded; Retry-After'), 503: problem('store-unavailable, audit-unavailable; Retry-After') };
const SECURED = { 401: problem('unauthorized'), 403: problem('scope-missing') };
const page = (summary: string, parameters: object[]): Operation => ({
  tags: ['operations'], summary, security: [{ oauth: ['operations'] }],
  parameters: [
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } },
    { name: 'cursor', in: 'query', schema: { type: 'string' }, description: 'next of the page before' }, ...parameters,
  ],
  responses: { 200: json('Page', 'A page; next is the cursor of the one after, null on the last'), 400: problem('invalid-parameter'), ...SECURED },
});
const filter = (name: string, type = 'string'): object => ({ name, in: 'query', schema: { type } });
const REJECTS = [filter('run', 'integer'), filter('feed'), filter('rule'), filter('field')];
const open = (summary: string, responses: object): Operation => ({ tags: ['open'], summary, security: [], responses });

/** Every call there is; a test holds this list against the routes. */
export function paths(): Record<string, Record<string, Operation>> {
  return {
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
    '/v1/feeds': { get: { tags: ['operations'], summary: '数据源 · feeds and their freshness', security: [{ oauth: ['operations'] }], responses: { 200: json('Page', 'Feeds'), ...SECURED } } },
    '/v1/runs': { get: page('批次 · runs, newest first', [filter('feed'), filter('state')]) },
    '/v1/runs/{id}': {
      get: {
        tags: ['operations'], summary: '一个批次及其步骤 · a run and its steps', security: [{ oauth: ['operations'] }],
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }], responses: { 200: { description: 'The run', content: { 'application/json': { schema: { type: 'object' } } } }, 404: problem('not-found'), ...SECURED },
      },
    },
    '/v1/rejects': { get: page('拒收 · rejected rows: which row, by which rule; never what it held', REJECTS) },
    '/v1/rejects/facets': {
      get: {
        tags: ['operations'], summary: '拒收分布 · how many rejects by run, feed, rule and column; each counted under the filters of the others', security: [{ oauth: ['operations'] }], parameters: REJECTS,
        responses: { 200: json('RejectFacets', 'The most frequent values first, at most 100 each'), 400: problem('invalid-parameter'), ...SECURED },
      },
    },
    '/v1/status': { get: open('运行概况 · how the hub stands', { 200: json('Status', 'Totals only') }) },
    '/oauth/token': {
      post: {
        tags: ['open'], summary: '申请访问令牌 · an access token (RFC 6749, 4.4)', security: [],
        requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', required: ['grant_type'], properties: { grant_type: { const: 'client_credentials' }, scope: { type: 'string' }, client_assertion_type: { type: 'string' }, client_assertion: { type: 'string' } } } } } },
        responses: { 200: { description: 'The token', content: { 'application/json': { schema: { type: 'object' } } } }, 400: { description: 'RFC 6749, 5.2' }, 401: { description: 'invalid_client' } },
      },
    },
    '/oauth/jwks': { get: open('签名公钥 · keys that tokens are signed with', { 200: { description: 'RFC 7517' } }) },
    '/.well-known/oauth-authorization-server': { get: open('授权服务器元数据 · RFC 8414', { 200: { description: 'Metadata' } }) },
    '/openapi.json': { get: open('本文档 · this document', { 200: { description: 'OpenAPI 3.1' } }) },
    '/docs': { get: open('接口文档 · this document to read', { 200: other('text/html', 'A page') }) },
    '/docs/{asset}': { get: { ...open('文档页所用文件 · what that page needs', { 200: { description: 'A file' } }), parameters: [{ name: 'asset', in: 'path', required: true, schema: { type: 'string' } }] } },
    '/problems/{name}': { get: { ...open('错误类型说明 · what a problem type means', { 200: other('text/html', 'A page') }), parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }] } },
    '/': { get: open('首页 · the front page', { 200: other('text/html', 'A page') }) },
    '/livez': { get: open('存活 · alive', { 200: { description: 'ok' } }) },
    '/readyz': { get: open('就绪 · ready', { 200: { description: 'ok' }, 503: problem('unavailable') }) },
    '/metrics': { get: open('指标 · Prometheus metrics', { 200: other('text/plain', 'Metrics') }) },
  };
}
