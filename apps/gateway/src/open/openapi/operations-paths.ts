import { filter, json, page, problem, SECURED, type Operation } from './words.js';

const REJECTS = [filter('run', 'integer'), filter('feed'), filter('rule'), filter('field'), filter('township'), filter('value'), filter('state')];

/** For data officers. */
export const operationsPaths: Record<string, Record<string, Operation>> = {
  '/v1/feeds': { get: { tags: ['operations'], summary: '数据源 · feeds, their freshness and colour; of those that are fetched how the last fetch ended, why, and what to do', security: [{ oauth: ['operations'] }], responses: { 200: json('Page', 'Feeds'), ...SECURED } } },
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
      tags: ['operations'], summary: '拒收分布 · how many rejects by run, feed, rule, column, township, value (by its token) and state; each counted under the filters of the others', security: [{ oauth: ['operations'] }], parameters: REJECTS,
      responses: { 200: json('RejectFacets', 'The most frequent values first, at most 100 each'), 400: problem('invalid-parameter'), ...SECURED },
    },
  },
};
