import { DRIFT_KINDS, DRIFT_STATES } from '#runs';
import { filter, page, problem, SECURED, type Operation } from './words.js';

const FILTER = [{ name: 'state', in: 'query', schema: { enum: [...DRIFT_STATES] } }, { name: 'kind', in: 'query', schema: { enum: [...DRIFT_KINDS] } }];
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
const ENTRY = '{id, feed, kind, text, field, subject, rows, detail, state, contractVersion, firstRun, lastRun, firstSeen, lastSeen, seen, decidedBy, reason, decidedAt, mappedTo, amendments, lapsed, '
  + 'effect: {attributes, products, departments}}; firstRun and lastRun are null where only looks at the source, a table, have shown it; field: the contract\'s column, or the delivered one; subject: the delivered name or the code; never a value of a person';
const object = (description: string): object => ({ description, content: { 'application/json': { schema: { type: 'object' } } } });

const decision = (summary: string, refused: string, to?: string): { post: Operation } => ({
  post: {
    tags: ['operations'], summary, security: [{ oauth: ['operations'] }],
    parameters: [ID, { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 }, description: 'the same call again within a day gets the same answer' }],
    requestBody: { required: true, content: { 'application/json': { schema: {
      type: 'object', additionalProperties: false, required: ['reason'],
      properties: {
        reason: { type: 'string', minLength: 1, maxLength: 500, description: '为什么；不得填写证件号码或手机号 why; never a document or phone number' },
        ...(to !== undefined && { to: { type: 'string', minLength: 1, maxLength: 100, description: to } }),
      },
    } } } },
    responses: {
      200: object('{drift, contractVersion, retry, resumed, fetching}: the entry, the version of the contract now in force, runs that were refused or held and can be taken up again with POST /v1/runs/{id}/retry, held runs that go on, whether the source is asked again at once'),
      400: problem(`invalid-request, malformed-body${to === undefined ? '' : ', no-such-target'}`), 404: problem('not-found'),
      409: problem(`${refused}, idempotency-key-reused, idempotency-key-busy`), ...SECURED, 403: problem('scope-missing, officer-missing'),
    },
  },
});

/** The inbox of contract drift. */
export const driftPaths: Record<string, Record<string, Operation>> = {
  '/v1/drift': { get: page('契约漂移 · what suppliers changed against their contracts, newest first, and whom it reaches', [filter('feed'), ...FILTER]) },
  '/v1/feeds/{feed}/drift': {
    get: (() => {
      const { parameters, responses, ...rest } = page('一个数据源的契约漂移 · of one feed', FILTER) as { parameters: object[]; responses: object };
      return { ...rest, parameters: [{ name: 'feed', in: 'path', required: true, schema: { type: 'string' } }, ...parameters], responses: { ...responses, 404: problem('not-found') } };
    })(),
  },
  '/v1/drift/{id}': {
    get: { tags: ['operations'], summary: '一项契约漂移 · one of them', security: [{ oauth: ['operations'] }], parameters: [ID], responses: { 200: object(ENTRY), 400: problem('invalid-parameter'), 404: problem('not-found'), ...SECURED } },
  },
  '/v1/drift/{id}/accept': decision('接受 · take it as it is: a new column is passed over, an optional one may be missing, a code stays unmapped, a jump is the new normal', 'drift-state, column-required'),
  '/v1/drift/{id}/map': decision('对应 · a renamed or new column is a column of the contract, a code one of the hub\'s', 'drift-state, drift-unmappable', '契约的列或户枢代码；改名的列缺省为建议的那一列 column of the contract or code of the hub; of a renamed column the one suggested'),
  '/v1/drift/{id}/stop': decision('停用数据源 · stop the feed: what it delivers is held', 'drift-state'),
  '/v1/drift/{id}/resume': decision('恢复数据源 · resume it: what is held goes on', 'drift-state'),
};
