/** What the descriptions of calls are made of. */
export type Operation = Record<string, unknown>;

export const problem = (description: string): object => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });
export const json = (schema: string, description: string): object => ({ description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } });
export const other = (type: string, description: string): object => ({ description, content: { [type]: { schema: { type: 'string' } } } });
export const COMMON = { 400: problem('invalid-request, unknown-field, malformed-body'), 429: problem('rate-exceeded, daily-quota-exceeded; Retry-After'), 503: problem('store-unavailable, audit-unavailable; Retry-After') };
export const SECURED = { 401: problem('unauthorized'), 403: problem('scope-missing') };
export const page = (summary: string, parameters: object[]): Operation => ({
  tags: ['operations'], summary, security: [{ oauth: ['operations'] }],
  parameters: [
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } },
    { name: 'cursor', in: 'query', schema: { type: 'string' }, description: 'next of the page before' }, ...parameters,
  ],
  responses: { 200: json('Page', 'A page; next is the cursor of the one after, null on the last'), 400: problem('invalid-parameter'), ...SECURED },
});
export const filter = (name: string, type = 'string'): object => ({ name, in: 'query', schema: { type } });
export const open = (summary: string, responses: object): Operation => ({ tags: ['open'], summary, security: [], responses });
