import { filter, page, problem, SECURED, type Operation } from './words.js';

const ID = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
const LAST = { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer' }, description: 'id of the last state event seen: what came after it is sent first' };
const EVENTS = 'text/event-stream. `state` events (with id): {run, feed, state, again, at}; `progress` events, each replacing the one before: '
  + '{run, feed, state, step, rowsDone, rowsExpected, rowsPerSecond, etaSeconds, chunks, at}; of all runs also `redrive` events: GET /v1/rejects/redrives/{id} without its outcome; a comment every 15 s. A stream is closed after five minutes, or where its reader lags behind: come back with Last-Event-ID.';
const document = (description: string): object => ({ description, content: { 'application/json': { schema: { type: 'object' } } } });

/** For data officers: what runs are doing, what went wrong, what happened to a feed. */
export const watchingPaths: Record<string, Record<string, Operation>> = {
  '/v1/runs/events': {
    get: {
      tags: ['operations'], summary: '全部批次的进展（SSE） · all runs as they go, as Server-Sent Events', security: [{ oauth: ['operations'] }], parameters: [LAST],
      responses: { 200: { description: EVENTS, content: { 'text/event-stream': { schema: { type: 'string' } } } }, 400: problem('invalid-parameter'), 429: problem('too-many-streams; Retry-After'), ...SECURED },
    },
  },
  '/v1/runs/{id}/events': {
    get: {
      tags: ['operations'], summary: '一个批次的进展（SSE） · one run as it goes; ends with an `end` event when the run has', security: [{ oauth: ['operations'] }], parameters: [ID, LAST],
      responses: {
        200: { description: EVENTS, content: { 'text/event-stream': { schema: { type: 'string' } } } }, 204: { description: 'The run has ended and all was said up to Last-Event-ID' },
        400: problem('invalid-parameter'), 404: problem('not-found'), 429: problem('too-many-streams; Retry-After'), ...SECURED,
      },
    },
  },
  '/v1/runs/{id}/errors': {
    get: {
      tags: ['operations'], summary: '一个批次的拒收分组 · rejects of a run by rule and column, with counts and the numbers of a few rows', security: [{ oauth: ['operations'] }], parameters: [ID],
      responses: { 200: document('{run, feed, items: [{feed, rule, text, field, rejects, examples}]}, most frequent first; never a value'), 404: problem('not-found'), ...SECURED },
    },
  },
  '/v1/lineage': {
    get: {
      tags: ['operations'], summary: '血缘 · supplier column → rules → attribute → products → departments; every way that meets all filters, in both directions', security: [{ oauth: ['operations'] }],
      parameters: ['feed', 'field', 'facet', 'attribute', 'product', 'department'].map((name) => filter(name)),
      responses: {
        200: document('{nodes: [{id, kind: field|rule|attribute|product|grant|department, title, detail}], edges: [{from, to, use}], paths: [{feed, field, use, rules, attribute, shares: [{product, grant, department}]}]}; '
          + 'use: value, kind, since, until, latest, when or none: what the column is to the attribute'), 400: problem('invalid-parameter'), ...SECURED,
      },
    },
  },
  '/v1/feeds/{feed}/timeline': {
    get: (() => {
      const { parameters, responses, ...rest } = page('数据源时间线 · deliveries and their outcomes, contract and settings changes, what people did; newest first', []) as { parameters: object[]; responses: object };
      return { ...rest, parameters: [{ name: 'feed', in: 'path', required: true, schema: { type: 'string' } }, ...parameters], responses: { ...responses, 404: problem('not-found') } };
    })(),
  },
};
