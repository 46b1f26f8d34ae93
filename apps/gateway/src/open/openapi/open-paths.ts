import { json, open, other, problem, type Operation } from './words.js';

/** For anybody. */
export const openPaths: Record<string, Record<string, Operation>> = {
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
