import { problem, SECURED, type Operation } from './words.js';

const decided = { description: '{run, state, releasedBy, needs}: the run as it is now, who asked for its release, how many more people it takes', content: { 'application/json': { schema: {
  type: 'object', required: ['run', 'state', 'releasedBy', 'needs'],
  properties: { run: { type: 'integer' }, state: { type: 'string' }, releasedBy: { type: 'array', items: { type: 'string' } }, needs: { type: 'integer', minimum: 0 } },
} } } };
const reason = { required: true, content: { 'application/json': { schema: {
  type: 'object', additionalProperties: false, required: ['reason'],
  properties: { reason: { type: 'string', minLength: 1, maxLength: 500, description: '为什么；不得填写证件号码或手机号 why; never a document or phone number' } },
} } } };
const decision = (summary: string, refused: string): { post: Operation } => ({
  post: {
    tags: ['operations'], summary, security: [{ oauth: ['operations'] }],
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 }, description: 'the same call again within a day gets the same answer' },
    ],
    requestBody: reason,
    responses: { 200: decided, 400: problem('invalid-request, malformed-body'), 404: problem('not-found'), 409: problem(`${refused}, idempotency-key-reused, idempotency-key-busy`), ...SECURED, 403: problem('scope-missing, officer-missing, second-person-required') },
  },
});

/** For data officers: what becomes of held and failed runs of their feeds. */
export const decisionPaths: Record<string, Record<string, Operation>> = {
  '/v1/runs/{id}/release': decision('放行挂起的批次，须不同的人先后确认 · release a held run; it goes on when as many different people did as the district says', 'run-state, run-too-late'),
  '/v1/runs/{id}/discard': decision('舍弃挂起或失败的批次 · discard a held or failed run', 'run-state'),
  '/v1/runs/{id}/retry': decision('重做失败、被拒或挂起的批次 · take up again what failed, was refused or is held', 'run-state'),
};
