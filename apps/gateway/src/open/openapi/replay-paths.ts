import { problem, SECURED, type Operation } from './words.js';

const parts = { type: 'array', items: { enum: ['delivery', 'outcome', 'counts', 'rows', 'history'] } };
const order = { type: 'object', required: ['id', 'run', 'feed', 'by', 'state', 'verdict', 'finding', 'done', 'total', 'reason', 'createdAt', 'endedAt'], properties: {
  id: { type: 'integer' }, run: { type: 'integer' }, feed: { type: 'string' }, by: { type: 'string' }, state: { enum: ['waiting', 'running', 'done', 'failed'] },
  verdict: { enum: ['same', 'differs', 'incomparable', null], description: 'incomparable: not all of it can be compared (see reason); what could be is the same' },
  finding: { type: ['object', 'null'], description: 'what was compared and what of it differs, then and now: hashes, counts and numbers of rows, never a value', properties: {
    compared: parts, differs: parts, deliveries: { type: 'integer' }, since: { type: ['integer', 'null'], description: 'the run from which on it was read, where the copies before it are gone' },
    rows: { type: ['object', 'null'], properties: { missing: { type: 'integer' }, extra: { type: 'integer' }, other: { type: 'integer' }, past: { type: 'integer' } } },
  } },
  done: { type: 'integer', description: 'deliveries read' }, total: { type: ['integer', 'null'] }, reason: { type: ['object', 'null'] },
  createdAt: { type: 'string', format: 'date-time' }, endedAt: { type: ['string', 'null'], format: 'date-time' },
} };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
const shown = (description: string): object => ({ description, content: { 'application/json': { schema: order } } });

/** For data officers: past runs of their feeds read again from their stored deliveries. */
export const replayPaths: Record<string, Record<string, Operation>> = {
  '/v1/runs/{id}/replay': {
    post: {
      tags: ['operations'], summary: '重放一次处理并比对 · read a past run again from its stored delivery and compare; nothing that is served changes', security: [{ oauth: ['operations'] }],
      parameters: [id, { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 }, description: 'the same call again within a day gets the same answer' }],
      responses: { 202: shown('Ordered; Location is where it is found'), 404: problem('not-found'), 409: problem('run-state, idempotency-key-reused, idempotency-key-busy'), ...SECURED, 403: problem('scope-missing, officer-missing') },
    },
  },
  '/v1/replays/{id}': {
    get: { tags: ['operations'], summary: '一次重放及其结果 · a replay, how far it is and what it found', security: [{ oauth: ['operations'] }], parameters: [id], responses: { 200: shown('The order'), 404: problem('not-found'), ...SECURED } },
  },
};
